import { readFileSync } from "node:fs";
import { run, which } from "../../servers/run.ts";
import { median } from "../lib/statistics.ts";
import { Table } from "../lib/table.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import type { Subject } from "./subject.ts";
import { ASKED, FLOOR } from "./subjects.ts";

/**
 * How long one call takes while nothing else happens, with both processes on one processor: on two of them, all that
 * shows is how long the machine takes to wake one.
 */
export async function measureOneAtATime(
  subjects: readonly Subject[],
  rounds: number,
  ms: number,
  slack: number,
  verdicts: Verdicts,
): Promise<void> {
  if (which("taskset") === undefined) {
    console.log("\nskipped one at a time: without taskset no process can be kept on one processor");
    return;
  }
  const processor = aProcessor();
  for (const { pids } of subjects) await pin(pids, processor);
  const times = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  for (const subject of subjects) await subject.load({ inFlight: 1, ms: ms / 2 });
  for (let round = 0; round < rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      times.get(subject)?.push((await subject.load({ inFlight: 1, ms })).medianUs);
    }
  }
  const floor = times.get(subjects.find(({ name }) => name === FLOOR) as Subject) as number[];
  const table = new Table("one at a time, on one processor", ["median µs", "of the floor"]);
  const parts = new Map<string, number>();
  for (const [{ name }, mine] of times) {
    parts.set(name, median(mine.map((time, round) => time / (floor[round] as number))));
    table.row(name, [median(mine), parts.get(name) as number]);
  }
  table.print();
  for (const { name } of subjects) {
    const limit = ASKED[name]?.oneAtATime;
    if (limit !== undefined) {
      verdicts.atMost(`${name}, one at a time`, parts.get(name) as number, limit / slack, " × the floor");
    }
  }
}

/** The first one that this process may use, which in a container need not be 0. */
function aProcessor(): string {
  const allowed = /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"));
  return allowed?.[1] ?? "0";
}

/** Keeps all threads of processes on one processor. */
async function pin(pids: readonly number[], processor: string): Promise<void> {
  for (const pid of pids) await run(["taskset", "--all-tasks", "--cpu-list", "--pid", processor, String(pid)]);
}
