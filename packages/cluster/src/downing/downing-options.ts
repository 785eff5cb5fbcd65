import { ClusterError } from "../cluster-error.js";
import { inWords } from "../in-words.js";

/** How long sides wait, in strategies that let one side of a split survive. */
export interface SideOptions {
  /**
   * How long a side has to have lost before its nodes down themselves, and how long the other one waits at least, in
   * milliseconds. What heals within this time costs nobody. Default 5,000, for up to about 100 nodes: it has to be
   * longer than the failure detector, when itself in trouble, pauses between two members. Less takes short troubles for a
   * split, and may decide before every member that is cut off has been noticed; more leaves crashed members in the
   * cluster for longer.
   */
  readonly stableMs?: number;
  /**
   * How much longer the side that survives waits, in milliseconds, so that the other one is gone by then; twice that if
   * its leader had to take over. Default 5,000, the longest suspicion of the failure detector: one side may have its
   * suspicions confirmed at once, and the other one wait them out. Less removes crashed members sooner; with 0 both
   * sides may be active for as long as one noticed the split later than the other.
   */
  readonly marginMs?: number;
}

const SIDES = { stableMs: 5_000, marginMs: 5_000 } as const;

/** The defaults of each strategy's options, which code and documentation both read. */
export const DOWNING_DEFAULTS = Object.freeze({
  timeoutDowning: Object.freeze({ afterMs: 1_000 }),
  keepMajority: Object.freeze({ ...SIDES, tieBreak: "lowest-address" }),
  staticQuorum: Object.freeze({ ...SIDES }),
  keepOldest: Object.freeze({ ...SIDES, downIfAlone: true }),
  downAll: Object.freeze({ stableMs: 5_000 }),
} as const);

/** @throws ClusterError `INVALID_SETTING` unless the condition holds, naming the strategy and its option */
export function requireOption(strategy: string, option: string, value: unknown, holds: boolean, wanted: string): void {
  if (holds) return;
  throw new ClusterError("INVALID_SETTING", `${strategy}: ${option} is ${inWords(value)}; it has to be ${wanted}.`);
}

/** @throws ClusterError `INVALID_SETTING` for the first option that the strategy does not have */
export function requireKnown(strategy: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const message = `${strategy} has no option ${unknown}; it has ${known.join(", ")}.`;
  throw new ClusterError("INVALID_SETTING", message);
}

/** @throws ClusterError `INVALID_SETTING` for the first of these that is not a duration */
export function requireDurations(strategy: string, durations: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(durations)) {
    const ok = typeof value === "number" && Number.isFinite(value) && value >= 0;
    requireOption(strategy, option, value, ok, "a number of milliseconds, 0 or more");
  }
}
