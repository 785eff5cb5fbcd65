import { SWIM_PRESETS } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { detectionTimes } from "../support/detection-times.js";
import { quantile } from "../support/quantile.js";
import { forEachSeed } from "../support/seeds.js";
import { SwimNetwork } from "../support/swim-network.js";

type Preset = keyof typeof SWIM_PRESETS;

describe("a process that is stopped, its connections open", () => {
  it.each<[Preset, number]>([
    ["local", 900],
    ["lan", 3000],
    ["wan", 15_000],
  ])(
    "is unreachable everywhere, with five nodes and the preset %s, within %i ms in 99 of 100 runs",
    (preset, limit) => {
      const options = { size: 5, options: SWIM_PRESETS[preset] };
      const times = detectionTimes(1000, options, (network) => network.pause(0));
      expect(quantile(times, 0.99)).toBeLessThanOrEqual(limit);
      // Not before a suspicion is over, and a probe, which may have been on its way.
      const { probeIntervalMs, suspicionMinMs } = SWIM_PRESETS[preset];
      expect(Math.min(...times)).toBeGreaterThanOrEqual(probeIntervalMs + suspicionMinMs - 2);
    },
  );

  it.each([2, 3, 10, 30])("is found on average within SWIM's expectation among %i nodes", (size) => {
    const { probeIntervalMs, suspicionMinMs } = SWIM_PRESETS.lan;
    const times = detectionTimes(200, { size }, (network) => network.pause(0));
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    // SWIM, section 3.1: the first probe of it is expected after e / (e − 1) periods. It takes one, and so long to
    // be confirmed; and a little for others to hear of it.
    const expected = (Math.E / (Math.E - 1)) * probeIntervalMs + probeIntervalMs + suspicionMinMs;
    expect(mean).toBeLessThanOrEqual(1.1 * expected);
  });

  it("is found as soon when another one is stopped with it", () => {
    const times = detectionTimes(500, { size: 5 }, (network) => {
      network.pause(0);
      network.pause(1);
    });
    expect(quantile(times, 0.99)).toBeLessThanOrEqual(4000);
  });
});

describe("a process that is killed", () => {
  it.each([3, 5, 30])("is unreachable everywhere, among %i nodes, within 25 ms", (size) => {
    const times = detectionTimes(200, { size }, (network) => network.kill(0));
    expect(Math.max(...times)).toBeLessThanOrEqual(25);
  });

  it("is so within 25 ms also when somebody who is asked about it has stopped", () => {
    const times = detectionTimes(200, { size: 5 }, (network) => {
      network.pause(1);
      network.kill(0);
    });
    expect(Math.max(...times)).toBeLessThanOrEqual(25);
  });

  it("is so within 25 ms when two of five are killed at once", () => {
    const times = detectionTimes(200, { size: 5 }, (network) => {
      network.kill(0);
      network.kill(1);
    });
    expect(Math.max(...times)).toBeLessThanOrEqual(25);
  });

  it("is so after a second for one who is left alone, as nobody else can confirm it", () => {
    const times = detectionTimes(100, { size: 2 }, (network) => network.kill(0));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...times)).toBeLessThanOrEqual(1050);
    const both = detectionTimes(100, { size: 3 }, (network) => {
      network.kill(0);
      network.kill(1);
    });
    expect(Math.max(...both)).toBeLessThanOrEqual(1050);
  });

  it("and whose place another incarnation takes at once is unreachable as soon", () => {
    const times = detectionTimes(100, { size: 5 }, (network) => network.kill(0, "replaced"));
    expect(Math.max(...times)).toBeLessThanOrEqual(25);
  });
});

describe("a machine that loses its power, so that nobody says anything", () => {
  it("is found like a process that is stopped", () => {
    const times = detectionTimes(300, { size: 5 }, (network) => {
      network.cut([0], [1, 2, 3, 4]);
    });
    expect(quantile(times, 0.99)).toBeLessThanOrEqual(3000);
  });
});

describe("a member that is unreachable", () => {
  it("is reachable everywhere within half a second of going on", () => {
    forEachSeed(50, (seed) => {
      const network = new SwimNetwork({ size: 5, seed });
      network.pause(0);
      network.run(10_000 * (1 + network.random()));
      network.resume(0);
      const took = network.until(() => network.views(0).every((view) => view === "reachable"), 60_000);
      expect(took).toBeLessThanOrEqual(500);
      network.run(20_000);
      // And it takes nobody else for unreachable, though it has heard of nobody for so long.
      expect(network.changes.filter(({ observer }) => observer === 0)).toEqual([]);
    });
  });
});
