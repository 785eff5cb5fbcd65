import { type Clock, systemClock } from "@rollcall/core";

const TIMES = 5;

/**
 * For those who have to be answered, however long that takes: to them time runs five times slower, and so do their
 * time-outs. Not for those who have to be in time for a server themselves, such as to renew a lease.
 */
export const patientClock: Clock = {
  now: () => systemClock.now() / TIMES,
  schedule: (delayMs, callback) => systemClock.schedule(delayMs * TIMES, callback),
};
