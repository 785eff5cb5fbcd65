import { type Clock, systemClock } from "@rollcall/core";

/**
 * How long a test waits for what has to come, in milliseconds. That is against never, not against late: where twenty
 * processes share two processors, everything takes ten times as long as it does otherwise.
 */
export const IN_TIME_MS = 60_000;

/** What such a machine may add to what is promised to happen within some time, in milliseconds. */
export const CROWD_MS = 20_000;

const TIMES = 5;

/**
 * For those who have to be answered, however long that takes: to them time runs five times slower, and so do their
 * time-outs. Not for those who have to be in time for a server themselves, such as to renew a lease.
 */
export const patientClock: Clock = {
  now: () => systemClock.now() / TIMES,
  schedule: (delayMs, callback) => systemClock.schedule(delayMs * TIMES, callback),
};
