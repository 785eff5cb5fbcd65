import { describe, expect, it } from "vitest";
import { longTailedLatency, toLatency } from "../src/latency.js";
import { seededRandom } from "../src/seeded-random.js";

const draw = (latency: (random: () => number) => number) => {
  const random = seededRandom(1);
  return Array.from({ length: 20_000 }, () => latency(random)).sort((a, b) => a - b);
};

describe("latencies", () => {
  it("between two bounds are all equally likely", () => {
    const drawn = draw(toLatency([10, 20]));
    expect(drawn[0]).toBeGreaterThanOrEqual(10);
    expect(drawn.at(-1)).toBeLessThan(20);
    expect(drawn[10_000]).toBeCloseTo(15, 0);
  });

  it("with a long tail have the median and the 99th percentile asked for, and an end", () => {
    const drawn = draw(longTailedLatency(1, 20));
    expect(drawn[10_000]).toBeGreaterThan(0.95);
    expect(drawn[10_000]).toBeLessThan(1.05);
    expect(drawn[19_800]).toBeGreaterThan(18);
    expect(drawn[19_800]).toBeLessThan(22);
    expect(drawn.at(-1)).toBeLessThanOrEqual(200);
  });
});
