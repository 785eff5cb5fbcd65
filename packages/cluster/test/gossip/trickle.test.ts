import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Trickle, type TrickleOptions } from "../../src/gossip/trickle.js";
import { RUNS } from "../support/arbitraries.js";

const OPTIONS: TrickleOptions = { minIntervalMs: 50, intervalMs: 1_000, jitter: 0 };

/** Holds rounds when they are due, and gives the pauses before each. */
function pauses(trickle: Trickle, from: number, count: number): number[] {
  const result: number[] = [];
  let now = from;
  for (let round = 0; round < count; round++) {
    result.push(trickle.nextAt - now);
    now = trickle.nextAt;
    trickle.advance(now);
  }
  return result;
}

describe("a trickle timer", () => {
  it("keeps the pace at rest while nothing changes", () => {
    expect(pauses(new Trickle(OPTIONS, () => 0.5, 0), 0, 4)).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  it("starts from the shortest pause after a change and doubles it until at rest (RFC 6206 section 4.2)", () => {
    const trickle = new Trickle(OPTIONS, () => 0.5, 0);
    trickle.reset(300);
    expect(pauses(trickle, 300, 8)).toEqual([50, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it("counts the shortest pause from the last change while changes keep coming", () => {
    const trickle = new Trickle(OPTIONS, () => 0.5, 0);
    trickle.reset(0);
    trickle.reset(40);
    expect(trickle.nextAt).toBe(90);
    trickle.advance(90);
    trickle.reset(100);
    expect(pauses(trickle, 100, 3)).toEqual([50, 100, 200]);
  });

  it("puts no round off for longer than it would have waited at rest, however long changes come", () => {
    const trickle = new Trickle(OPTIONS, () => 0.5, 0);
    trickle.advance(0);
    for (let now = 0; now < 1_000; now += 20) trickle.reset(now);
    expect(trickle.nextAt).toBe(1_000);
  });

  it("varies each pause by the jitter, up and down", () => {
    const property = fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const trickle = new Trickle({ ...OPTIONS, jitter: 0.2 }, () => random, 0);
      expect(trickle.nextAt).toBeCloseTo(800 + 400 * random, 6);
      trickle.reset(0);
      expect(trickle.nextAt).toBeCloseTo(40 + 20 * random, 6);
    });
    fc.assert(property, RUNS);
  });

  it("is due in the future, and no later than the pace at rest allows, whatever happens", () => {
    const steps = fc.array(fc.constantFrom("reset", "advance", "wait"), { maxLength: 50 });
    const property = fc.property(steps, fc.infiniteStream(fc.integer({ min: 0, max: 999 })), (kinds, randoms) => {
      let now = 0;
      const trickle = new Trickle({ ...OPTIONS, jitter: 0.2 }, () => randoms.next().value / 1_000, now);
      for (const kind of kinds) {
        if (kind === "wait") now = Math.min(trickle.nextAt, now + 30);
        else if (kind === "reset") trickle.reset(now);
        else trickle.advance(now);
        expect(trickle.nextAt).toBeGreaterThanOrEqual(now);
        expect(trickle.nextAt).toBeLessThanOrEqual(now + 1_200);
      }
    });
    fc.assert(property, RUNS);
  });
});
