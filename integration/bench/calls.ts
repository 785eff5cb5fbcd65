/**
 * How many calls two processes on loopback can make of each other's actors, what a call costs, and how long one takes;
 * against a floor that this bench contains, and against other ways to call. And what actors and calls take of memory.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureMemory } from "./calls/memory.ts";
import { measureOneAtATime } from "./calls/one-at-a-time.ts";
import { FLOOR, OURS, SUBJECTS, startSubjects } from "./calls/subjects.ts";
import { measureThroughput } from "./calls/throughput.ts";
import { Verdicts } from "./lib/verdicts.ts";

const HELP = `npm run bench -- calls [options]

  --subjects a,b      who is measured, of: ${Object.keys(SUBJECTS).join(", ")}
                      (default: all; the floor and Rollcall always)
  --rounds 7          how often each is measured (default: 7)
  --seconds 1         how long each time (default: 1)
  --memory            nothing but memory
  --quick             the floor and Rollcall, five short rounds; asked is a quarter of what is asked otherwise, since a
                      machine that is busy cannot tell more than that something is badly wrong
  --check             exit with 1 if something asked for was missed
  --help`;

const { values: options } = parseArgs({
  options: {
    subjects: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    memory: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const { quick } = options;
const rounds = Number(options.rounds ?? (quick ? 5 : 7));
const seconds = Number(options.seconds ?? (quick ? 0.3 : 1));
const chosen = options.subjects?.split(",") ?? (quick ? [OURS] : Object.keys(SUBJECTS));
const unknown = chosen.filter((name) => SUBJECTS[name] === undefined);
if (options.help) {
  console.log(HELP);
} else if (!(Number.isInteger(rounds) && rounds >= 1 && seconds >= 0.1 && seconds <= 60) || unknown.length > 0) {
  console.error(`--rounds is at least 1, --seconds between 0.1 and 60, --subjects names those there are.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const verdicts = new Verdicts();
  const slack = quick ? 0.25 : 1;
  const load = loadavg().map((average) => average.toFixed(1));
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node.js ${process.version}, load ${load.join(" ")}`);
  if (!options.memory) {
    await using started = new AsyncDisposableStack();
    const subjects = await startSubjects([...new Set([FLOOR, OURS, ...chosen])]);
    for (const subject of subjects) started.use(subject);
    await measureThroughput(subjects, rounds, seconds * 1_000, slack, verdicts);
    await measureOneAtATime(subjects, rounds, seconds * 500, slack, verdicts);
  }
  await measureMemory(quick ? 200_000 : 1_000_000, slack, verdicts);
  const met = verdicts.conclude();
  if (options.check && !met) process.exitCode = 1;
}
