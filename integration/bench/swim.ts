/**
 * What the failure detector does in numbers, in virtual time: how soon it notices, how often it is wrong, how fast news
 * spreads, what it costs. Without the cluster around it, so that a simulated day takes minutes.
 */
import { parseArgs } from "node:util";
import { measureDetection } from "./swim/detection.ts";
import { measureLoss } from "./swim/message-loss.ts";
import { measureSize } from "./swim/size.ts";

const HELP = `npm run bench -- swim [options]

  --runs 2000     how many seeds for each time until a failure is noticed (default: 2000)
  --hours 24      simulated hours with messages being lost, at a hundred nodes (default: 24; 0: leave out)
  --size 1000     how many nodes spread news, and lose one in ten (default: 1000; 0: leave out)
  --quick         100 runs, a quarter of an hour, 200 nodes
  --help`;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string" },
    hours: { type: "string" },
    size: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  const runs = Number(options.runs ?? (options.quick ? 100 : 2000));
  const hours = Number(options.hours ?? (options.quick ? 0.25 : 24));
  const size = Number(options.size ?? (options.quick ? 200 : 1000));
  if (![runs, hours, size].every((value) => value >= 0)) {
    console.error(`--runs, --hours and --size take numbers.\n\n${HELP}`);
    process.exit(2);
  }
  if (runs > 0) measureDetection(runs);
  if (hours > 0) measureLoss(hours);
  if (size >= 20) measureSize(size);
}
