import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { CROWD_MS } from "../../support/patience.ts";
import type { Registry } from "../registry.ts";
import { idOf, Scene } from "../scene.ts";
import { expectNoBusyLoop } from "./outages.ts";

/** Sooner than an answer would be given up by itself, on a machine that does other things too, in milliseconds. */
const AT_ONCE_MS = 10_000;
/** As long as a lookup may take by default, and some, in milliseconds. */
const LOOKUP_LIMIT_MS = 4_000;
const SILENT_MS = 5_000;

export function silence(registry: Registry): void {
  it("accepts and never answers: nothing hangs, and all is right when it answers", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    await scene.put([1, 2]);
    scene.proxy.hold();

    const startedAt = performance.now();
    const announces = registry.without?.announce === undefined;
    const [lookup, announcing] = [scene.discovery().lookup(), announces && scene.announce(3)];
    const trouble = { code: expect.stringMatching(/TIMED_OUT|UNAVAILABLE/), retryable: true };
    await Promise.all([
      expect(lookup).rejects.toMatchObject(trouble),
      announcing && expect(announcing).rejects.toMatchObject(trouble),
    ]);
    const follower = scene.follow();
    await follower.noticesTrouble();
    expect(performance.now() - startedAt).toBeLessThan(2 * LOOKUP_LIMIT_MS + registry.noticeMs + 2 * CROWD_MS);
    expectNoBusyLoop(await scene.during(() => pause(SILENT_MS)));

    scene.proxy.pass();
    await follower.lists([1, 2]);
  });

  it("gives up at once when told to, while it waits for an answer", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    scene.proxy.hold();
    const acts = ["lookup", "announce"] as const;
    for (const act of acts.filter((each) => each === "lookup" || registry.without?.announce === undefined)) {
      const abort = new AbortController();
      const { signal } = abort;
      const accepted = scene.proxy.accepted;
      const asking = act === "lookup" ? scene.lookup({}, { signal }) : scene.announce(1, {}, { signal });
      const outcome = asking.catch((error: unknown) => error);
      while (scene.proxy.accepted === accepted) await pause(5);
      const abortedAt = performance.now();
      const reason = new Error("no longer wanted");
      abort.abort(reason);
      expect(await outcome).toBe(reason);
      expect(performance.now() - abortedAt).toBeLessThan(AT_ONCE_MS);
    }
  });

  it("falls silent on a connection that stands: that is noticed in time, and nobody is dropped", async ({
    onTestFinished,
  }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    await scene.put([1, 2]);
    const follower = scene.follow();
    await follower.lists([1, 2]);

    scene.proxy.hold();
    await scene.put([3]);
    await follower.noticesTrouble();
    expect(follower.ids).toEqual([1, 2].map(idOf));
    scene.proxy.reset();
    scene.proxy.pass();

    await follower.lists([1, 2, 3]);
    expect(follower.dropped([1, 2])).toEqual([]);
  });
}
