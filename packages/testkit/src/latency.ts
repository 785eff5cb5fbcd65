import type { Random } from "@rollcall/core";

/** How long something takes, in milliseconds: drawn anew each time. */
export type Latency = (random: Random) => number;

/** Latencies as options take them: least and most, all between equally likely, or a distribution. */
export type LatencyOption = readonly [least: number, most: number] | Latency;

export function toLatency(option: LatencyOption): Latency {
  if (typeof option === "function") return option;
  const [least, most] = option;
  return (random) => least + (most - least) * random();
}

/** The standard normal distribution's 99th percentile. */
const Z_99 = 2.3263478740408408;

/**
 * Latencies as they are measured between machines: most near the median, a few far above it. Log-normal, cut off at ten
 * times the 99th percentile.
 */
export function longTailedLatency(medianMs: number, p99Ms: number): Latency {
  const sigma = Math.log(p99Ms / medianMs) / Z_99;
  return (random) => Math.min(10 * p99Ms, medianMs * Math.exp(sigma * standardNormal(random)));
}

/** Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958; the second of the pair is not used. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
