import { median } from "../lib/statistics.ts";
import { Table } from "../lib/table.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import type { Load } from "./load.ts";
import type { Subject } from "./subject.ts";
import { ASKED, type Asked, FLOOR } from "./subjects.ts";

/** How many calls wait for their answers, and what part of the floor's rate is asked for. */
const LOADS = [
  [64, "at64"],
  [1_024, "at1024"],
] as const satisfies readonly [number, keyof Asked][];

interface Measured {
  /** Calls a second. */
  readonly rate: number;
  /** Microseconds of processor time a call, on both sides. */
  readonly processorUs: number;
}

/** How many calls a second there are, and what one costs; all subjects take turns in each round. */
export async function measureThroughput(
  subjects: readonly Subject[],
  rounds: number,
  ms: number,
  slack: number,
  verdicts: Verdicts,
): Promise<void> {
  for (const [inFlight, what] of LOADS) {
    const measured = new Map<Subject, Measured[]>(subjects.map((subject) => [subject, []]));
    for (const subject of subjects) await measure(subject, { inFlight, ms: ms / 2 });
    for (let round = 0; round < rounds; round++) {
      // Whoever goes first finds the machine as the other left it: take turns at that too.
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
        measured.get(subject)?.push(await measure(subject, { inFlight, ms }));
      }
    }
    const floor = measured.get(subjects.find(({ name }) => name === FLOOR) as Subject) as Measured[];
    const table = new Table(`${inFlight} in flight`, ["calls/s", "of the floor", "µs of processor a call"]);
    const parts = new Map<string, number>();
    for (const [{ name }, rows] of measured) {
      // Of each round by itself: the machine is not the same in all of them.
      const part = median(rows.map(({ rate }, round) => rate / (floor[round] as Measured).rate));
      parts.set(name, part);
      const processorUs = median(rows.map((row) => row.processorUs));
      table.row(name, [median(rows.map(({ rate }) => rate)), part, processorUs]);
    }
    table.print();
    for (const [{ name }, rows] of measured) {
      const asked = ASKED[name];
      if (asked === undefined) continue;
      verdicts.atLeast(
        `${name}, ${inFlight} in flight`,
        parts.get(name) as number,
        asked[what] * slack,
        " × the floor",
      );
      if (asked.processorUs === undefined) continue;
      const processorUs = median(rows.map((row) => row.processorUs));
      verdicts.atMost(
        `${name}, processor a call with ${inFlight} in flight`,
        processorUs,
        asked.processorUs / slack,
        " µs",
      );
    }
  }
}

async function measure(subject: Subject, load: Load): Promise<Measured> {
  const before = await subject.processorUs();
  const { calls, ms } = await subject.load(load);
  const after = await subject.processorUs();
  return { rate: calls / (ms / 1_000), processorUs: (after - before) / calls };
}
