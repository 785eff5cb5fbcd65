import { describe, expect, it } from "vitest";
import { shuffled } from "../src/index.js";
import { seededRandom } from "./support/seeded-random.js";

describe("shuffled", () => {
  it("is a function of the seed and leaves the original alone", () => {
    const original = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8]);
    const once = shuffled(original, seededRandom(1));
    expect(shuffled(original, seededRandom(1))).toEqual(once);
    expect(shuffled(original, seededRandom(2))).not.toEqual(once);
    expect([...once].sort()).toEqual([...original]);
    expect(shuffled(new Set<number>(), seededRandom(1))).toEqual([]);
  });

  it("gives every order equally often", () => {
    const random = seededRandom(42);
    const counts = new Map<string, number>();
    for (let run = 0; run < 6_000; run++) {
      const order = shuffled("abc", random).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a binomial with n = 6000, p = 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(5 * Math.sqrt((6_000 * 5) / 36));
  });
});
