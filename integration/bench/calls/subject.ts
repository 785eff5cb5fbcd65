import { readFileSync } from "node:fs";
import type { Load, LoadResult } from "./load.ts";

/** Two processes of which one calls the other, and what can be asked of them. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  /** Of the two, and of whatever is between them. */
  readonly pids: readonly number[];
  load(load: Load): Promise<LoadResult>;
  /** The processor time of all of them since they started, in microseconds. */
  processorUs(): Promise<number>;
}

/** Starts one. @throws Error that says why it cannot be had here */
export type StartSubject = () => Promise<Subject>;

/** Linux counts in hundredths of a second. */
const TICK_US = 10_000;

/** What Linux says that a process has used, for those that cannot be asked, in microseconds. */
export function processorUsOf(pid: number): number {
  // Behind the name, which may have anything in it.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}
