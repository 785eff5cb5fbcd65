import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Registry } from "../registry.ts";
import { idOf, numbersTo, Scene } from "../scene.ts";

/** How long the server is away, in milliseconds. */
const AWAY_MS = 3_000;
/** The pause that every deployment meets one day: a migration, a debugger, a disk. */
const PAUSE_MS = 30_000;

/** Connections and requests while there is nobody to answer: a few a second at most. */
export function expectNoBusyLoop({ seconds, accepted, requests }: Awaited<ReturnType<Scene["during"]>>): void {
  expect(accepted).toBeLessThanOrEqual(10 + 3 * seconds);
  expect(requests).toBeLessThanOrEqual(20 + 5 * seconds);
}

export function outages(registry: Registry): void {
  it("paused for 30 s: trouble is noticed, nobody is dropped, and all is right afterwards", async ({
    onTestFinished,
  }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    await scene.put([1, 2, 3]);
    const follower = scene.follow();
    await scene.announce(4);
    await follower.lists([1, 2, 3, 4]);

    const pausedAt = performance.now();
    scene.server.pause();
    await follower.noticesTrouble();
    const rest = PAUSE_MS - (performance.now() - pausedAt);
    expectNoBusyLoop(await scene.during(() => pause(rest)));
    expect(follower.ids).toEqual([1, 2, 3, 4].map(idOf));
    scene.server.resume();

    await scene.put([5]);
    await follower.lists([1, 2, 3, 4, 5]);
    expect(follower.dropped([1, 2, 3])).toEqual([]);
  });

  it("killed with kill -9 and started again: nobody is dropped, and all is right again", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    await scene.put([1, 2, 3]);
    const follower = scene.follow();
    await scene.announce(4);
    await follower.lists([1, 2, 3, 4]);

    await scene.server.kill();
    await follower.noticesTrouble();
    expectNoBusyLoop(await scene.during(() => pause(AWAY_MS)));
    expect(follower.dropped([1, 2, 3, 4])).toEqual([]);
    await scene.server.start();

    await scene.put(registry.remembers ? [5] : [1, 2, 3, 5]);
    await follower.lists([1, 2, 3, 4, 5]);
    if (registry.remembers) expect(follower.dropped([1, 2, 3])).toEqual([]);
  });

  it("not there to begin with: a subscription waits for it, and an announcement says so", async ({
    onTestFinished,
  }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    await scene.put([1]);
    scene.proxy.refuse();
    const follower = scene.follow();
    const { code, retryable } = await follower.noticesTrouble();
    expect([code, retryable]).toEqual(["UNAVAILABLE", true]);
    if (registry.without?.announce === undefined) {
      await expect(scene.announce(2)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    }
    await scene.proxy.listenAgain();
    await follower.lists([1]);
  });

  it("cut in mid-body, wherever that is: no listing is ever partial", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const everybody = numbersTo(200);
    await scene.put(everybody);
    for (const bytes of [0, 1, 10, 100, 1_000, 4_000]) {
      scene.proxy.cutAfter(bytes);
      const follower = scene.follow();
      await follower.noticesTrouble();
      scene.proxy.pass();
      await follower.lists(everybody);
      expect(follower.listings).toHaveLength(1);
      await follower[Symbol.asyncDispose]();
    }
  });

  it("far away: everything works, only later", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const LATENCY_MS = 150;
    scene.proxy.delay(LATENCY_MS);
    await scene.put([1]);
    expect(await scene.lookup()).toMatchObject([{ id: idOf(1) }]);
    const follower = scene.follow();
    await follower.lists([1]);
    await using announcement = await scene.announce(2);
    await scene.put([3]);
    await follower.lists([1, 2, 3]);
    await announcement[Symbol.asyncDispose]();
    await follower.lists([1, 3]);
    expect(follower.problems).toEqual([]);
  });
}
