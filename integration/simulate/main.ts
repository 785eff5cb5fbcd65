/** `npm run simulate`: plays random stories of whole clusters in virtual time and says which do not end well. */
import { parseArgs } from "node:util";
import { describeStory, type StoryOptions } from "@rollcall/testkit";
import { play } from "./lib/play.ts";
import { playAll } from "./lib/pool.ts";
import { Progress } from "./lib/progress.ts";
import type { Task } from "./lib/protocol.ts";
import { parseRange, parseSeeds, type SeedRange } from "./lib/seed-range.ts";

const HELP = `npm run simulate -- [options]

  --seed 4711      plays one seed and says what came of it
  --seeds 2000     plays the seeds 1 to 2000; 501-700 those (default: 200)
  --about TEXT     of those only stories that are about it: "first start", "actors", "keep-majority", "9 nodes"
  --nodes 5-9      how many nodes a cluster has (default: 5-9)
  --steps 25       how much happens in a story besides the first starts (default: 25)
  --workers 2      how many processes play (default: 2)
  --twice 50       plays every 50th seed twice, and looks whether it is the same (default: 50; 0: none)
  --mutants        breaks the code in known ways, and shows which seed notices what
  --help

Ends with 1 if something did not hold, with 130 after Ctrl-C. A story that fails is shortened before it is shown.`;

const { values: options } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "200" },
    about: { type: "string" },
    nodes: { type: "string", default: "5-9" },
    steps: { type: "string", default: "25" },
    workers: { type: "string", default: "2" },
    twice: { type: "string", default: "50" },
    mutants: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.mutants) return await huntAll();
  let plan: {
    seeds: ReturnType<typeof parseSeeds>;
    task: Omit<Task, "seed" | "twice">;
    workers: number;
    twice: number;
  };
  try {
    const nodes = parseRange("--nodes", options.nodes);
    if (nodes.least < 2) throw new Error(`--nodes takes numbers from 2, not ${options.nodes}`);
    plan = {
      seeds: options.seed === undefined ? parseSeeds(options.seeds) : onlySeed(options.seed),
      task: { nodes: [nodes.least, nodes.most], steps: parseRange("--steps", options.steps).most },
      workers: parseRange("--workers", options.workers).most,
      twice: options.twice === "0" ? 0 : parseRange("--twice", options.twice).most,
    };
  } catch (error) {
    console.error(`${(error as Error).message}.\n\n${HELP}`);
    return 2;
  }
  const { seeds, task, workers, twice } = plan;
  if (options.seed !== undefined) return await playOne({ ...task, seed: seeds.first, twice: true });

  const chosen = chooseSeeds(seeds, options.about, task);
  if (chosen.length === 0) {
    console.error(`No story of those seeds is about "${options.about}". They are about, for example:`);
    for (let seed = seeds.first; seed <= Math.min(seeds.last, seeds.first + 4); seed++) {
      console.error(`  ${describeStory(seed, task)}`);
    }
    return 2;
  }
  function* tasks(): Generator<Task, undefined> {
    for (const seed of chosen) yield { ...task, seed, twice: twice > 0 && seed % twice === 0 };
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const count = chosen.length;
  console.log(`${workers} processes play ${count} seeds.`);
  const progress = new Progress(count);
  try {
    await playAll(tasks(), Math.min(workers, count), interrupted.signal, (report) => progress.add(report));
  } finally {
    progress.end();
  }
  if (interrupted.signal.aborted) return 130;
  return progress.failed === 0 ? 0 : 1;
}

/** Those of some seeds whose stories are about something. */
function chooseSeeds({ first, last }: SeedRange, about: string | undefined, options: StoryOptions): number[] {
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return about === undefined ? all : all.filter((seed) => describeStory(seed, options).includes(about));
}

async function playOne(task: Task): Promise<number> {
  const report = await play(task);
  if (report.kind === "failed") {
    console.log(report.message);
    return 1;
  }
  const { seed, about, frames, virtualMs, agreedAfterMs, trace } = report;
  console.log(`Seed ${seed} (${about}): everything held.`);
  console.log(
    `${frames} frames in ${Math.round(virtualMs)} virtual ms; all agreed ${agreedAfterMs} ms after all was mended.`,
  );
  console.log(`Trace ${trace}, twice.`);
  return 0;
}

/** Writes a table for the documentation. */
async function huntAll(): Promise<number> {
  const { hunt } = await import("./mutants/hunt.ts");
  const { MUTANTS } = await import("./mutants/mutants.ts");
  console.log("| what has to hold | what was broken | noticed by seed |\n|---|---|---|");
  let missed = 0;
  for (const mutant of MUTANTS) {
    const { seed, invariant } = await hunt(1_000, mutant);
    if (invariant !== mutant.invariant) missed++;
    const noticed = invariant === mutant.invariant ? seed : `none; seed ${seed} noticed that ${invariant}`;
    console.log(`| ${mutant.invariant} | ${mutant.fault} | ${noticed} |`);
  }
  return missed === 0 ? 0 : 1;
}

function onlySeed(text: string): ReturnType<typeof parseSeeds> {
  const { least, most } = parseRange("--seed", text);
  if (least !== most) throw new Error(`--seed takes one number, not ${text}`);
  return { first: least, last: least };
}
