/** `npm run fuzz`: looks for inputs that what reads bytes from strangers does not stand. */
import { mkdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { bundleSearch } from "./lib/bundle.ts";
import { type Command, HELP, parseCommand } from "./lib/command-line.ts";
import { readCorpus, readFindings, writeCorpus, writeFinding } from "./lib/inputs.ts";
import { TARGETS, type TargetFacts } from "./lib/target.ts";
import { Telling } from "./lib/tell.ts";
import { watch } from "./lib/watch.ts";
import type { Result } from "./lib/work.ts";

const FOLDER = join(REPOSITORY, ".cache/fuzz");
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  let command: Command;
  let replayed: Buffer | undefined;
  try {
    command = parseCommand(process.argv.slice(2));
    // npm runs this in the root, whatever folder the user is in.
    const { INIT_CWD = process.cwd() } = process.env;
    if (command.replay !== undefined) replayed = readFileSync(resolve(INIT_CWD, command.replay));
  } catch (error) {
    console.error(`${(error as Error).message}.\n\n${HELP}`);
    return 2;
  }
  if (command.help) {
    console.log(HELP);
    return 0;
  }
  if (replayed !== undefined) return await replay(command.targets[0] as string, replayed);
  let failed = 0;
  for (const name of command.targets) {
    if (interrupted.signal.aborted) break;
    const { finding } = await search(name, command);
    if (finding === undefined) continue;
    failed++;
    const file = relative(REPOSITORY, writeFinding(name, finding.input));
    console.log(`  NOT STOOD: ${finding.error}\n  See it again: npm run fuzz -- ${name} --replay ${file}`);
  }
  if (interrupted.signal.aborted) return 130;
  return failed === 0 ? 0 : 1;
}

async function search(name: string, { seed, runs, forMs, keep }: Command): Promise<Result> {
  const program = await bundle(name);
  const inputs = [...readCorpus(name), ...readFindings(name).map(([, input]) => input)];
  const telling = new Telling(name, forMs);
  telling.begin(seed);
  const begun = performance.now();
  const { signal } = interrupted;
  const result = await watch(program, {
    ...{ seed, runs, forMs, inputs, only: false, signal },
    onLook: (done, kept, ms) => telling.look(done, kept, ms),
  });
  telling.end(result, performance.now() - begun);
  if (keep && result.finding === undefined) writeCorpus(name, result.kept);
  return result;
}

async function replay(name: string, input: Buffer): Promise<number> {
  const { outcomes, finding } = await watch(await bundle(name), {
    ...{ seed: 1, runs: undefined, forMs: undefined, inputs: [input], only: true, signal: interrupted.signal },
    onLook: () => {},
  });
  console.log(`${name}, ${input.length} bytes: ${finding?.error ?? [...outcomes.keys()].join()}`);
  return finding === undefined ? 0 : 1;
}

async function bundle(name: string): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const program = join(FOLDER, `${name}.mjs`);
  await bundleSearch(`./targets/${name}.ts`, (TARGETS[name] as TargetFacts).covers, program);
  return program;
}
