import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrink } from "../../src/simulation/shrink.js";

describe("shrinking", () => {
  it("finds what is needed, in its order, and nothing else", async () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(list, fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }), async (items, culprits) => {
        const needed = items.filter((item) => culprits.includes(item));
        const shrunk = await shrink(items, 10_000, async (some) => needed.every((item) => some.includes(item)));
        expect(shrunk).toEqual(needed);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("stops after so many attempts, with the best that it has", async () => {
    const items = Array.from({ length: 64 }, (_, at) => at);
    let attempts = 0;
    const shrunk = await shrink(items, 5, async (some) => {
      attempts++;
      return some.includes(63);
    });
    expect(attempts).toBe(5);
    expect(shrunk).toContain(63);
    expect(shrunk.length).toBeLessThan(64);
  });

  it("tries nothing if it may not", async () => {
    const never = async () => {
      throw new Error("tried");
    };
    expect(await shrink([1, 2, 3], 0, never)).toEqual([1, 2, 3]);
  });
});
