import { type Clock, systemClock } from "@rollcall/core";

/**
 * The real clock, some times faster: the seconds that RFC 6762 makes everybody wait pass in a fraction, while packets
 * travel as they do.
 */
export function fastClock(times: number): Clock {
  return {
    now: () => systemClock.now() * times,
    schedule: (delayMs, callback) => systemClock.schedule(delayMs / times, callback),
  };
}
