import { describe, expect, it } from "vitest";
import { lossDelayMs, reconnectAfterMs, retransmitAfterMs } from "../src/retransmission.js";
import { seededRandom } from "../src/seeded-random.js";

describe("what was lost", () => {
  it.each([
    [0, 200],
    [1, 400],
    [5, 6_400],
    [9, 102_400],
    [10, 120_000],
    [14, 120_000],
    [15, undefined],
  ])("is sent again, for the attempt %d after %s ms", (attempt, pauseMs) => {
    expect(retransmitAfterMs(attempt)).toBe(pauseMs);
  });

  it("is given up after a quarter of an hour", () => {
    let sum = 0;
    for (let attempt = 0; ; attempt++) {
      const pauseMs = retransmitAfterMs(attempt);
      if (pauseMs === undefined) break;
      sum += pauseMs;
    }
    expect(sum / 60_000).toBeGreaterThan(13);
    expect(sum / 60_000).toBeLessThan(16);
  });

  it("when connecting is sent again after a second, then twice that", () => {
    expect([0, 1, 2].map(reconnectAfterMs)).toEqual([1_000, 2_000, 4_000]);
  });

  it("comes later by what the attempts before took: at 10 % loss one of ten by 200 ms, one of a hundred by 600", () => {
    const random = seededRandom(1);
    const delays = Array.from({ length: 50_000 }, () => lossDelayMs(0.1, random, retransmitAfterMs));
    const share = (delayMs: number) => delays.filter((each) => each === delayMs).length / delays.length;
    expect(share(0)).toBeCloseTo(0.9, 2);
    expect(share(200)).toBeCloseTo(0.09, 2);
    expect(share(600)).toBeCloseTo(0.009, 2);
  });

  it("draws nothing where nothing is lost", () => {
    const random = () => {
      throw new Error("drawn");
    };
    expect(lossDelayMs(0, random, retransmitAfterMs)).toBe(0);
  });
});
