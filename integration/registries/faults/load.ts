import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Registry } from "../registry.ts";
import { idOf, numbersTo, Scene } from "../scene.ts";

const CHANGES = 1_000;
const EVERY_MS = 20;
/** How many instances come and go. */
const FLUX = 30;
/** What a heap may grow by without anything being kept: caches, compiled code, in bytes. */
const FLAT_BYTES = 8 * 2 ** 20;

export function load(registry: Registry): void {
  it("50 changes a second for 20 s: the last listing is right, and memory stays flat", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const visitor = await scene.visit();
    await visitor.lists([]);
    const present = new Set<number>();
    const change = async (count: number) => {
      const startedAt = performance.now();
      for (let made = 0; made < count; made++) {
        const number = 1 + ((made * 7) % FLUX);
        if (present.delete(number)) await scene.remove([number]);
        else await scene.put([number]).then(() => present.add(number));
        await pause(Math.max(0, startedAt + EVERY_MS * (made + 1) - performance.now()));
      }
      await visitor.lists([...present].map(idOf));
    };
    // What is compiled and cached on the way is there afterwards.
    await change(CHANGES / 5);
    const before = await visitor.heap();
    await change(CHANGES);
    expect(present.size).toBeGreaterThan(0);
    expect((await visitor.heap()) - before).toBeLessThan(FLAT_BYTES);
  });

  it("1,000 instances: all are listed, and one that comes or goes among them is noticed", async ({
    onTestFinished,
  }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const everybody = numbersTo(1_000);
    await scene.put(everybody);
    expect(await scene.lookup()).toHaveLength(1_000);
    const follower = scene.follow();
    await follower.lists(everybody);
    await scene.remove([500]);
    await follower.lists(everybody.filter((number) => number !== 500));
    await scene.put([500, 1_001]);
    await follower.lists(numbersTo(1_001));
    expect(follower.problems).toEqual([]);
  });
}
