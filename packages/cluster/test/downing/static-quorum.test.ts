import { describe, expect, it } from "vitest";
import { staticQuorum } from "../../src/downing/index.js";
import { SplitWorld, ups } from "./support/split-world.js";
import { decided, viewOf } from "./support/view.js";

describe("a static quorum", () => {
  it("is so many members, however many there were", () => {
    const strategy = staticQuorum({ size: 3 });
    const kept = decided(strategy, viewOf(ups(1, 2, 3, 4, 5), { unreachable: { 4: 20_000, 5: 20_000 } }));
    expect(kept).toMatchObject({ down: [4, 5], because: expect.stringContaining("3 of 5 members, a quorum of 3;") });
    const lost = decided(strategy, viewOf(ups(1, 2, 3), { unreachable: { 3: 20_000 } }));
    expect(lost).toMatchObject({ down: [1], because: expect.stringContaining("2 of 3 members, no quorum of 3;") });
  });

  it("is not enough, and it is said why, where two sides could have it: then more than half is", () => {
    const strategy = staticQuorum({ size: 3 });
    const view = (gone: number[]) =>
      viewOf(ups(1, 2, 3, 4, 5, 6, 7), { unreachable: Object.fromEntries(gone.map((number) => [number, 20_000])) });
    const why = "with more than 5 members 3 may be left on two sides, so it takes 4;";
    expect(decided(strategy, view([4, 5, 6, 7]))).toMatchObject({
      down: [1],
      because: expect.stringContaining(`3 of 7 members, no quorum: ${why}`),
    });
    expect(decided(strategy, view([5, 6, 7]))).toMatchObject({
      down: [5, 6, 7],
      because: expect.stringContaining(`4 of 7 members, a quorum: ${why}`),
    });
  });

  it("does not shrink with the cluster", () => {
    const world = new SplitWorld({ strategy: staticQuorum({ size: 3 }), members: ups(1, 2, 3, 4, 5) });
    world.crash(5);
    world.at(20_000, () => world.crash(4));
    world.at(40_000, () => world.crash(3));
    expect(world.run(39_999).survivors).toBe("1 2 3");
    expect(world.run(20_000).survivors).toBe("nobody");
  });
});
