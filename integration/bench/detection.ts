/**
 * How fast nodes notice that one of them was killed or stopped, in processes of their own on loopback; for a kill
 * against the least that anybody can do, a bare mesh of TCP connections that this bench contains.
 */
import { parseArgs } from "node:util";
import { measureDetection } from "./detection/detection-times.ts";
import { Verdicts } from "./lib/verdicts.ts";

const HELP = `npm run bench -- detection [options]

  --rounds 5   how often everything is measured (default: 5)
  --quick      two rounds
  --check      exit with 1 if something asked for was missed
  --help`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  const rounds = Number(options.rounds ?? (options.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) {
    console.error(`--rounds takes whole numbers from 1.\n\n${HELP}`);
    process.exit(2);
  }
  const verdicts = new Verdicts();
  await measureDetection(rounds, verdicts);
  const met = verdicts.conclude();
  if (options.check && !met) process.exitCode = 1;
}
