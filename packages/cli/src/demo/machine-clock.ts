import { type Clock, systemClock } from "@rollcall/core";

/**
 * A monotonic clock that reads the same in every process of this machine, unlike `performance.now()`, which starts with
 * the process: what one process did before another can be told from it.
 */
export const machineClock: Clock = Object.freeze({
  now: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  schedule: (delayMs: number, callback: () => void) => systemClock.schedule(delayMs, callback),
});
