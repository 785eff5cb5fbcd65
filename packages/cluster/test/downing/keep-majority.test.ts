import { describe, expect, it } from "vitest";
import { keepMajority } from "../../src/downing/index.js";
import { addressOf, ups } from "./support/split-world.js";
import { decided, viewOf } from "./support/view.js";

describe("the majority", () => {
  it.each<
    [string, self: number, gone: number[], tieBreak: "lowest-address" | "nobody", down: number[], because: string]
  >([
    ["is more than half", 1, [4, 5, 6], "nobody", [4, 5, 6], "4 of 7 members, a majority"],
    ["is not less than half", 5, [1, 2, 3, 4], "nobody", [5], "3 of 7 members, a minority"],
  ])("%s", (_, self, gone, tieBreak, down, because) => {
    const unreachable = Object.fromEntries(gone.map((number) => [number, 20_000]));
    const decision = decided(keepMajority({ tieBreak }), viewOf(ups(1, 2, 3, 4, 5, 6, 7), { self, unreachable }));
    expect(decision.down).toEqual(down);
    expect(decision.because).toContain(because);
  });

  it("is, of two halves, the one with the lowest address, which both name", () => {
    const view = (self: number, gone: number[]) =>
      viewOf(ups(1, 2, 3, 4), { self, unreachable: Object.fromEntries(gone.map((number) => [number, 20_000])) });
    const lower = decided(keepMajority(), view(1, [3, 4]));
    const upper = decided(keepMajority(), view(3, [1, 2]));
    expect(lower.down).toEqual([3, 4]);
    expect(lower.because).toContain(`2 of 4 members, exactly half, with the lowest address, ${addressOf(1)};`);
    expect(upper.down).toEqual([3]);
    expect(upper.because).toContain(`2 of 4 members, exactly half, without the lowest address, ${addressOf(1)};`);
  });

  it("is none of two halves if it is told so", () => {
    const strategy = keepMajority({ tieBreak: "nobody" });
    const decision = decided(strategy, viewOf(ups(1, 2), { unreachable: { 2: 20_000 } }));
    expect(decision.down).toEqual([1]);
    expect(decision.because).toContain("1 of 2 members, exactly half;");
  });
});
