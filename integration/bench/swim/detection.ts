import { SWIM_PRESETS } from "@rollcall/swim";
import { detectionTimes } from "../../../packages/swim/test/support/detection-times.ts";
import { Outages } from "../../../packages/swim/test/support/outages.ts";
import { quantile } from "../../../packages/swim/test/support/quantile.ts";
import { forEachSeed } from "../../../packages/swim/test/support/seeds.ts";
import { SwimNetwork } from "../../../packages/swim/test/support/swim-network.ts";
import { Table } from "../lib/table.ts";

type Preset = keyof typeof SWIM_PRESETS;

/** How long until all others call somebody unreachable; and for how long they do if he has only stalled. */
export function measureDetection(runs: number): void {
  const presets = Object.keys(SWIM_PRESETS) as Preset[];
  const times = new Table("ms until unreachable everywhere", ["median", "p99", "p99.9", "longest"]);
  const happenings = {
    stopped: (network: SwimNetwork) => network.pause(0),
    killed: (network: SwimNetwork) => network.kill(0),
  };
  for (const preset of presets) {
    for (const [what, happens] of Object.entries(happenings)) {
      for (const size of [2, 3, 5, 10, 30]) {
        const measured = detectionTimes(
          Math.ceil(size > 5 ? runs / 4 : runs),
          { size, options: SWIM_PRESETS[preset] },
          happens,
        );
        times.row(
          `${preset}, ${what}, ${size} nodes`,
          [0.5, 0.99, 0.999, 1].map((q) => quantile(measured, q)),
        );
      }
    }
  }
  times.print();
  measureFirstSuspicion(runs);

  const stalls = new Table("one of five stalls: ms unreachable at most", presets);
  for (const stallMs of [500, 1000, 2000, 5000]) {
    stalls.row(
      `${stallMs} ms`,
      presets.map((preset) => longestOutageMs(runs / 4, preset, stallMs)),
    );
  }
  stalls.print();
}

/**
 * How long until the first member suspects one that has stopped, against SWIM's expectation: with n − 1 others that each
 * probe one of n − 1 at random, 1 / (1 − (1 − 1/(n − 1))^(n − 1)) periods, which is e/(e − 1) = 1.58 in a large cluster
 * (Das et al., DSN 2002, section 3.1). That is counted from the beginning of a period; it stops in the middle of one.
 */
function measureFirstSuspicion(runs: number): void {
  const { lan } = SWIM_PRESETS;
  const table = new Table("periods until the first suspects", ["expected", "mean", "median", "p99", "longest"]);
  for (const size of [2, 3, 5, 10, 30, 100]) {
    const measured = forEachSeed(Math.ceil(size > 5 ? runs / 4 : runs), (seed) => {
      const network = new SwimNetwork({ size, options: lan, seed });
      // Long enough for the probes of all nodes to be independent of each other's.
      network.run(20_000 * (0.5 + network.random()));
      network.pause(0);
      const isSuspected = () => network.views(0).some((view) => view !== "reachable");
      return network.until(isSuspected, 120_000) / lan.probeIntervalMs;
    });
    const expected = 0.5 + 1 / (1 - (1 - 1 / (size - 1)) ** (size - 1));
    const mean = measured.reduce((sum, periods) => sum + periods, 0) / measured.length;
    table.row(`${size} nodes`, [expected, mean, ...[0.5, 0.99, 1].map((q) => quantile(measured, q))]);
  }
  table.print();
}

function longestOutageMs(runs: number, preset: Preset, stallMs: number): number {
  let longest = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const network = new SwimNetwork({ size: 5, seed, options: SWIM_PRESETS[preset] });
    const outages = new Outages(network);
    network.run(20_000 * (0.5 + network.random()));
    network.pause(0);
    network.run(stallMs);
    network.resume(0);
    network.run(10_000);
    longest = Math.max(longest, outages.longestMs);
  }
  return longest;
}
