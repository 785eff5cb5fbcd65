import { describe, expect, it } from "vitest";
import { keepOldest } from "../../src/downing/index.js";
import { member } from "../support/nodes.js";
import { addressOf, SplitWorld, ups } from "./support/split-world.js";
import { decided, viewOf } from "./support/view.js";

/** The higher the address, the older. */
const REVERSED = [1, 2, 3, 4, 5].map((number) => member(number, "up", "reachable", 6 - number));

function survivorsOf(sides: number[][], downIfAlone: boolean): string {
  const world = new SplitWorld({ strategy: keepOldest({ downIfAlone }), members: REVERSED });
  world.split(sides);
  return world.run(60_000).survivors;
}

describe("the oldest member", () => {
  it.each<[sides: number[][], downIfAlone: string, otherwise: string]>([
    [
      [
        [1, 2, 3],
        [4, 5],
      ],
      "4 5",
      "4 5",
    ],
    [[[1, 2, 3, 4], [5]], "1 2 3 4", "5"],
    [
      [
        [1, 5],
        [2, 3, 4],
      ],
      "1 5",
      "1 5",
    ],
    [[[1, 2], [3, 4], [5]], "nobody", "5"],
    [[[1, 2], [3], [4, 5]], "4 5", "4 5"],
  ])("keeps its side, and goes alone only if it is told to: %j", (sides, downIfAlone, otherwise) => {
    expect(survivorsOf(sides, true)).toBe(downIfAlone);
    expect(survivorsOf(sides, false)).toBe(otherwise);
  });

  it("stays where it has only one to lose", () => {
    const world = new SplitWorld({ strategy: keepOldest(), members: REVERSED.slice(3) });
    world.split([[4], [5]]);
    expect(world.run(60_000).survivors).toBe("5");
  });

  it("takes the cluster along when it crashes, unless that counts as being alone", () => {
    for (const [downIfAlone, survivors] of [
      [true, "1 2 3 4"],
      [false, "nobody"],
    ] as const) {
      const world = new SplitWorld({ strategy: keepOldest({ downIfAlone }), members: REVERSED });
      world.crash(5);
      expect(world.run(60_000).survivors).toBe(survivors);
    }
  });

  it("is named in the reason, with where it is", () => {
    const because = (self: number, unreachable: Record<number, number>) =>
      decided(keepOldest(), viewOf(REVERSED, { self, unreachable })).because;
    const oldest = `The oldest member, ${addressOf(5)}, is`;
    expect(because(5, { 1: 9 })).toContain(`${oldest} here;`);
    expect(because(5, { 1: 9, 2: 9, 3: 9, 4: 9 })).toContain(`${oldest} here, but alone;`);
    expect(because(1, { 4: 9, 5: 9 })).toContain(`${oldest} on the other side;`);
    expect(because(1, { 5: 9 })).toContain(`${oldest} on the other side, but alone;`);
  });

  it("is, of equally old ones, the one with the lower address, as after two clusters have merged", () => {
    const twins = [member(2, "up", "reachable", 1), member(1, "up", "reachable", 1), ...ups(3, 4)];
    expect(decided(keepOldest(), viewOf(twins, { self: 3, unreachable: { 2: 9 } })).because).toContain(addressOf(1));
  });
});
