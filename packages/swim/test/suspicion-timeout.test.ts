import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { suspicionTimeoutMs } from "../src/suspicion-timeout.js";

describe("the time that a suspicion lasts", () => {
  it.each([
    [0, 10_000],
    [1, 6985],
    [2, 5222],
    [3, 3971],
    [4, 3000],
    [5, 3000],
    [100, 3000],
  ])("is with %i of 4 confirmations, between 3 s and 10 s, %i ms", (confirmations, expected) => {
    expect(Math.round(suspicionTimeoutMs(3000, 10_000, confirmations, 4))).toBe(expected);
  });

  it("is the shortest at once where nobody can confirm it", () => {
    expect(suspicionTimeoutMs(3000, 10_000, 0, 0)).toBe(3000);
  });

  it("never leaves its bounds, and never grows by a confirmation", () => {
    const ms = fc.integer({ min: 1, max: 60_000 });
    const few = fc.integer({ min: 0, max: 15 });
    const property = fc.property(ms, ms, few, few, (a, b, confirmations, wanted) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const lasts = suspicionTimeoutMs(min, max, confirmations, wanted);
      expect(lasts).toBeGreaterThanOrEqual(min);
      expect(lasts).toBeLessThanOrEqual(max);
      expect(suspicionTimeoutMs(min, max, confirmations + 1, wanted)).toBeLessThanOrEqual(lasts);
    });
    fc.assert(property);
  });
});
