import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { CROWD_MS } from "../../support/patience.ts";
import type { Registry } from "../registry.ts";
import { idOf, Scene } from "../scene.ts";

/** Withdrawing may take the seconds that it is given when there is nobody to answer; in milliseconds. */
const END_LIMIT_MS = 6_000 + CROWD_MS;

export function processes(registry: Registry): void {
  it.for([
    ["while the registry is well", async () => {}],
    ["while the registry is dead", (scene: Scene) => scene.server.kill()],
    ["while the registry is silent", async (scene: Scene) => scene.proxy.hold()],
  ] as const)("a process ends by itself when it has disposed everything, %s", async ([, fault], { onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const visitor = await scene.visit(1);
    await visitor.lists([idOf(1)]);
    await fault(scene);
    expect(await visitor.leave(END_LIMIT_MS), visitor.lines.join("\n")).toBe(0);
  });

  it("a time of day that jumps ahead and back changes nothing", async ({ onTestFinished }) => {
    const scene = await Scene.begin(registry, onTestFinished);
    const visitor = await scene.visit(1);
    const follower = scene.follow();
    await follower.lists([1]);
    for (const number of [2, 3]) {
      visitor.jump();
      // Long enough for whoever counts by that clock to have let everything run out.
      await pause(registry.expiryMs);
      await scene.put([number]);
      await visitor.lists([1, ...[2, 3].filter((each) => each <= number)].map(idOf));
    }
    await follower.lists([1, 2, 3]);
    expect(follower.dropped([1])).toEqual([]);
  });

  it.skipIf(registry.without?.announce !== undefined)(
    "a process that stood still for longer than its registration lives is listed again when it goes on",
    async ({ onTestFinished }) => {
      const scene = await Scene.begin(registry, onTestFinished);
      const visitor = await scene.visit(1);
      const follower = scene.follow();
      await follower.lists([1]);

      visitor.signal("SIGSTOP");
      await follower.lists([], registry.expiryMs + CROWD_MS);
      await scene.put([2]);
      visitor.signal("SIGCONT");

      await follower.lists([1, 2]);
      await visitor.lists([idOf(1), idOf(2)]);
    },
  );
}
