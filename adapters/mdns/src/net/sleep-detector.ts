import type { Clock } from "@rollcall/core";

/** Shorter than this is a busy machine. */
const NOTICEABLE_MS = 10_000;

/**
 * Notices that machine or process did not run for a while. A process that was stopped finds its timers late; on a
 * machine that slept the monotonic clock may have stood still (it does on Linux), and only the wall clock went on.
 */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #wallClock: () => number;
  #last: { readonly at: number; readonly wall: number };

  constructor(clock: Clock, wallClock: () => number = Date.now) {
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#last = { at: clock.now(), wall: wallClock() };
  }

  /** Whether it slept since the call before. @param dueMs how long ago that should have been */
  hasSlept(dueMs: number): boolean {
    const before = this.#last;
    this.#last = { at: this.#clock.now(), wall: this.#wallClock() };
    const elapsedMs = this.#last.at - before.at;
    return elapsedMs - dueMs > NOTICEABLE_MS || this.#last.wall - before.wall - elapsedMs > NOTICEABLE_MS;
  }
}
