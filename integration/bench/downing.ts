/**
 * Whether the losing side of a split is gone before the other one acts, in virtual time: the table in
 * docs/guide/downing.md.
 */
import { parseArgs } from "node:util";
import { type HeadStart, splitOnce } from "./downing/head-start.ts";
import { Table } from "./lib/table.ts";

const HELP = `npm run bench -- downing [options]

  --cuts 2+1,3+2    members on the side that survives, and on the one that does not
                    (default: 2+1,3+2,5+4,4+1,8+1,17+3,19+1)
  --runs 20         how many seeds for each; in every other one the losing side has the lowest addresses (default: 20)
  --quick           4 runs
  --help`;

const { values: options } = parseArgs({
  options: {
    cuts: { type: "string", default: "2+1,3+2,5+4,4+1,8+1,17+3,19+1" },
    runs: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  const runs = Number(options.runs ?? (options.quick ? 4 : 20));
  const cuts = options.cuts.split(",").map((cut) => cut.split("+").map(Number));
  const isSize = (value: number | undefined) => Number.isInteger(value) && Number(value) > 0;
  if (!(runs >= 2) || !cuts.every(([most, few, more]) => isSize(most) && isSize(few) && more === undefined)) {
    console.error(`--cuts takes sizes such as 2+1,3+2, and --runs a number from 2.\n\n${HELP}`);
    process.exit(2);
  }
  const table = new Table("keepMajority(), seconds", [
    "losers gone, first",
    "last",
    "others act, first",
    "last",
    "head start, least",
    "most",
  ]);
  for (const [most = 0, few = 0] of cuts) {
    for (const lowest of [false, true]) {
      const outcomes: HeadStart[] = [];
      for (let seed = 1; seed <= runs / 2; seed++) outcomes.push(await splitOnce(most, few, lowest, seed));
      const seconds = (of: (outcome: HeadStart) => number) => outcomes.map(of).map((ms) => ms / 1_000);
      const gone = seconds(({ goneMs }) => goneMs);
      const downed = seconds(({ downedMs }) => downedMs);
      const start = seconds(({ headStartMs }) => headStartMs);
      table.row(
        `${most} and ${few}${lowest ? ", who have the lowest addresses" : ""}`,
        [gone, downed, start].flatMap((each) => [Math.min(...each), Math.max(...each)]),
      );
    }
  }
  table.print();
}
