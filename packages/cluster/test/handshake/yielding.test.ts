import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mustYield, type Side } from "../../src/handshake/yielding.js";
import { RUNS } from "../support/arbitraries.js";
import { node } from "../support/nodes.js";

const side = (members: number, lowest: number): Side => ({ members, lowest: node(lowest) });

describe("a node that has been told of its removal", () => {
  it.each<[string, us: Side, them: Side, removedThem: boolean, yields: boolean]>([
    ["goes if whoever says so is a member", side(5, 1), side(2, 4), false, true],
    ["goes if it is alone and whoever says so is a member", side(1, 1), side(1, 2), false, true],
    ["goes if its side is the smaller", side(2, 1), side(3, 3), true, true],
    ["stays if its side is the larger", side(3, 3), side(2, 1), true, false],
    ["stays if the sides are equal and its has the lowest address", side(2, 1), side(2, 3), true, false],
    ["goes if the sides are equal and the other has the lowest address", side(2, 3), side(2, 1), true, true],
    ["stays if it is alone against one with a higher address", side(1, 1), side(1, 2), true, false],
  ])("%s", (_, us, them, removedThem, yields) => {
    expect(mustYield(us, them, removedThem)).toBe(yields);
  });

  const anySide = (lowest: fc.Arbitrary<number>) =>
    fc.record({ members: fc.integer({ min: 1, max: 6 }), lowest: lowest.map((number) => node(number)) });

  it("goes exactly when whoever says so does not, of two sides that removed each other", () => {
    // A node is on one side only, so the two lowest are different ones.
    const sides = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 2 }).chain(([a, b]) => {
      return fc.tuple(anySide(fc.constant(a as number)), anySide(fc.constant(b as number)));
    });
    const property = fc.property(sides, ([us, them]) => {
      expect(mustYield(us, them, true)).toBe(!mustYield(them, us, true));
    });
    fc.assert(property, RUNS);
  });

  it("never goes together with the other side, also if both take the same node for theirs", () => {
    const number = fc.integer({ min: 1, max: 9 });
    const property = fc.property(anySide(number), anySide(number), (us, them) => {
      expect(mustYield(us, them, true) && mustYield(them, us, true)).toBe(false);
    });
    fc.assert(property, RUNS);
  });
});
