/**
 * How whole clusters behave in virtual time, and what simulating them costs: forming, resting, losing a tenth; and how
 * long an hour of a large one takes.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Verdicts } from "./lib/verdicts.ts";
import { measureDay } from "./simulation/day.ts";
import { measureHour } from "./simulation/hour.ts";
import { measureLarge } from "./simulation/large.ts";
import { measureLifecycle, type RestCost } from "./simulation/lifecycle.ts";

const HELP = `npm run bench -- simulation [options]

  --sizes 10,100,1000   how many nodes (default: 10,100,1000; 0: none)
  --rest 120            virtual seconds at rest (default: 120)
  --hour 1000           so many nodes rest for a virtual hour (default: 1000; 0: leave out)
  --day 100             so many nodes live for a virtual day on links that lose 5 % (default: 0: leave out)
  --hours 24            how long that day is, so that several runs can share it (default: 24)
  --large 4000          so many nodes form, too many to meet each other (default: 0: leave out)
  --seed 1
  --quick               10 and 100 nodes, an hour of 100
  --check               exit with 1 if something asked for was missed
  --help`;

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string" },
    rest: { type: "string", default: "120" },
    hour: { type: "string" },
    large: { type: "string", default: "0" },
    day: { type: "string", default: "0" },
    hours: { type: "string", default: "24" },
    seed: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** A thousand nodes hold a million associations: more than fits into the heap that Node.js allows itself. */
const HEAP = ["--max-old-space-size=16384", "--max-semi-space-size=128"];

if (options.help) {
  console.log(HELP);
} else if (!HEAP.every((flag) => process.execArgv.includes(flag))) {
  const { status } = spawnSync(process.execPath, [...HEAP, ...process.argv.slice(1)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} else {
  const listed = (options.sizes ?? (options.quick ? "10,100" : "10,100,1000")).split(",").map(Number);
  const sizes = listed.filter((size) => size !== 0);
  const hour = Number(options.hour ?? (options.quick ? 100 : 1_000));
  const [day, hours, large] = [Number(options.day), Number(options.hours), Number(options.large)];
  const [rest, seed] = [Number(options.rest), Number(options.seed)];
  const usable = (value: number) => Number.isInteger(value) && value >= 0 && value <= 100_000;
  const sizesAreUsable = sizes.every((size) => usable(size) && size >= 2);
  if (
    !sizesAreUsable ||
    ![day, hour, hours, large, rest, seed].every(usable) ||
    rest < 1 ||
    [day, hour, large].includes(1)
  ) {
    console.error(
      `--sizes takes whole numbers from 2, or 0; --rest from 1; --hour, --day, --large and --seed from 0.\n\n${HELP}`,
    );
    process.exit(2);
  }
  const verdicts = new Verdicts();
  const costs: RestCost[] = [];
  for (const size of sizes) costs.push(await measureLifecycle(size, rest, seed, verdicts));
  console.log("");
  const least = (of: (cost: RestCost) => number) => Math.min(...costs.map(of));
  for (const { nodes, frames, bytes } of costs) {
    verdicts.atMost(`frames at rest, ${nodes} nodes to the fewest`, frames / least((cost) => cost.frames), 1.2, "×");
    verdicts.atMost(`bytes at rest, ${nodes} nodes to the fewest`, bytes / least((cost) => cost.bytes), 1.2, "×");
  }
  if (hour > 0) await measureHour(hour, seed, verdicts);
  if (large > 0) await measureLarge(large, seed);
  if (day > 0) await measureDay(day, hours, seed, verdicts);
  const met = verdicts.conclude();
  if (options.check && !met) process.exitCode = 1;
}
