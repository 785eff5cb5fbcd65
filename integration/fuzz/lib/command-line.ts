import { parseArgs } from "node:util";
import { TARGETS } from "./target.ts";

const width = Math.max(...Object.keys(TARGETS).map(({ length }) => length)) + 2;

export const HELP = `npm run fuzz -- [target …] [options]

Hands input after input to what reads bytes from strangers, looking for one that it does not stand. Changes
inputs at random, and goes on from those that made the code do something it had not done before.

${Object.entries(TARGETS)
  .map(([name, { about }]) => `  ${name.padEnd(width)}${about}`)
  .join("\n")}

  --seconds 600   how long, for each target (default: 10)
  --runs 100000   how many inputs instead, so that a seed gives the same every time
  --seed 1        what chance depends on (default: 1)
  --replay FILE   runs one input, shows what comes of it, and ends; takes one target
  --keep          keeps the inputs that make up the coverage, for later searches to begin with
  --help

Without a target all are searched, one after the other. What is not stood is shortened and saved below
integration/fuzz/findings, where a test repeats it from then on. Ends with 1 if there was something, with 130
after Ctrl-C.`;

export interface Command {
  readonly targets: readonly string[];
  /** Undefined when `runs` is given. */
  readonly forMs: number | undefined;
  readonly runs: number | undefined;
  readonly seed: number;
  readonly replay: string | undefined;
  readonly keep: boolean;
  readonly help: boolean;
}

/** @throws Error that says what is wrong with the arguments */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      runs: { type: "string" },
      seed: { type: "string", default: "1" },
      replay: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  for (const name of positionals) {
    if (!Object.hasOwn(TARGETS, name)) throw new Error(`There is no target ${name}`);
  }
  if (values.seconds !== undefined && values.runs !== undefined) throw new Error("Give --seconds or --runs, not both");
  if (values.replay !== undefined && positionals.length !== 1) throw new Error("--replay takes one target");
  const runs = values.runs === undefined ? undefined : number("--runs", values.runs);
  return {
    targets: positionals.length > 0 ? positionals : Object.keys(TARGETS),
    forMs: runs === undefined ? 1_000 * number("--seconds", values.seconds ?? "10") : undefined,
    runs,
    seed: number("--seed", values.seed),
    replay: values.replay,
    keep: values.keep,
    help: values.help,
  };
}

function number(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option} takes a whole number from 1, not ${text}`);
  return Number(text);
}
