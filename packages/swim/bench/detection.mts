import { SWIM_PRESETS, type SwimOptionsInput } from "@rollcall/swim";
import { SwimNetwork } from "../test/support/swim-network.ts";

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] as number;
}

function detection(size: number, options: SwimOptionsInput, runs: number, loss = 0, how: "pause" | "kill" = "pause"): number[] {
  return Array.from({ length: runs }, (_, run) => {
    const net = new SwimNetwork({ size, options, seed: run + 1, loss });
    net.run(20_000 * (0.5 + net.random()));
    net[how](0);
    return net.until(() => net.views(0).every((view) => view === "unreachable"), 120_000);
  });
}
/** longest unreachable span after a stall of one node, over everybody. */
function stall(size: number, options: SwimOptionsInput, stallMs: number, runs: number): { longest: number; verdictRuns: number; others: number } {
  let longest = 0, verdictRuns = 0, others = 0;
  for (let run = 0; run < runs; run++) {
    const net = new SwimNetwork({ size, options, seed: run + 1 });
    const since = new Map<number, number>();
    let any = false;
    net.onChange = ({ at, observer, subject, to, from }) => {
      const key = observer * size + subject;
      if (to === "unreachable") { since.set(key, at); any = true; if (subject !== 0) others++; }
      if (from === "unreachable") { longest = Math.max(longest, at - (since.get(key) as number)); since.delete(key); }
    };
    net.run(10_000 * (0.5 + net.random()));
    net.pause(0);
    net.run(stallMs);
    net.resume(0);
    net.run(10_000);
    if (since.size > 0) longest = Infinity;
    if (any) verdictRuns++;
  }
  return { longest, verdictRuns, others };
}
const show = (name: string, times: number[]) =>
  console.log(name, "median", quantile(times, 0.5).toFixed(0), "p99", quantile(times, 0.99).toFixed(0), "p99.9", quantile(times, 0.999).toFixed(0), "max", Math.max(...times).toFixed(0));
const which = process.argv[2] ?? "all";
const runs = Number(process.argv[3] ?? 1000);
for (const name of ["local", "lan", "wan"] as const) {
  if (which !== "all" && which !== name) continue;
  const preset = SWIM_PRESETS[name];
  for (const size of [2, 3, 5, 10, 30]) show(`${name} ${size} SIGSTOP`, detection(size, preset, size > 5 ? runs / 4 : runs));
  show(`${name} 5 SIGKILL`, detection(5, preset, runs, 0, "kill"));
  show(`${name} 30 SIGKILL`, detection(30, preset, runs / 4, 0, "kill"));
  show(`${name} 2 SIGKILL`, detection(2, preset, runs, 0, "kill"));
  for (const s of [1000, 1500, 2000, 5000]) console.log(name, "stall", s, stall(5, preset, s, runs / 2));
}
