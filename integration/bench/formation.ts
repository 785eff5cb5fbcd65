/**
 * How fast nodes become a cluster, in processes of their own on loopback, against a bare full mesh of TCP connections
 * that this bench contains; and what a cluster costs at rest.
 */
import { parseArgs } from "node:util";
import { measureFormation } from "./formation/formation-times.ts";
import { measureImport } from "./formation/import-time.ts";
import { measureOneProcess } from "./formation/one-process.ts";
import { measureRest } from "./formation/rest-cost.ts";
import { Verdicts } from "./lib/verdicts.ts";

const HELP = `npm run bench -- formation [options]

  --sizes 2,5,10,20   how many nodes (default: 2,5,10,20)
  --rounds 5          how often each size is measured (default: 5)
  --rest 30           seconds at rest (default: 30; 0: leave out)
  --secret            nodes have a secret
  --no-lazy           processes of both kinds run with V8's flag of that name: it compiles everything on import
  --quick             two sizes, two rounds, five seconds at rest
  --check             exit with 1 if something asked for was missed
  --help`;

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string" },
    rounds: { type: "string" },
    rest: { type: "string" },
    secret: { type: "boolean", default: false },
    "no-lazy": { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  const sizes = (options.sizes ?? (options.quick ? "2,10" : "2,5,10,20")).split(",").map(Number);
  const rounds = Number(options.rounds ?? (options.quick ? 2 : 5));
  const restSeconds = Number(options.rest ?? (options.quick ? 5 : 30));
  const usable = (value: number) => Number.isInteger(value) && value >= 0 && value <= 1_000;
  if (![...sizes, rounds, restSeconds].every(usable) || sizes.some((size) => size < 2) || rounds < 1) {
    console.error(`--sizes takes whole numbers from 2, --rounds from 1 and --rest from 0.\n\n${HELP}`);
    process.exit(2);
  }
  // The nodes are children of this process.
  if (options.secret) process.env.ROLLCALL_BENCH_SECRET = "known to every node of the benchmark";
  const flags = options["no-lazy"] ? ["--no-lazy"] : [];
  const verdicts = new Verdicts();
  for (const size of sizes) await measureFormation(size, rounds, flags, verdicts);
  await measureOneProcess();
  await measureImport(3 + rounds, flags, verdicts);
  if (restSeconds > 0) await measureRest(restSeconds, flags, verdicts);
  const met = verdicts.conclude();
  if (options.check && !met) process.exitCode = 1;
}
