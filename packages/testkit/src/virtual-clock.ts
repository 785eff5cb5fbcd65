import type { Clock, Timer } from "@rollcall/core";
import { ProcessClock } from "./process-clock.js";
import { forgetPromises, promisesMoved, promisesSettled, watchPromises } from "./promise-activity.js";
import { TimerQueue } from "./timer-queue.js";

/** With more calls than this within a millisecond of virtual time, somebody schedules without ever waiting. */
const CALLS_A_MS = 1_000_000;

/** After so many moments without promises the event loop gets a turn, so that signals and sockets are served. */
const MOMENTS_A_TURN = 1_024;

/**
 * A clock that stands still until it is told to go on. What was scheduled runs in the order of time, and at one time in
 * the order of scheduling; promises settle between two moments, so that a run is a pure function of its inputs.
 *
 * Promise reactions are given a turn only after moments in which a promise moved. What is put off in another way
 * (`queueMicrotask`, `process.nextTick`) may have to wait for the next such turn; at the same place in every run, though.
 */
export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #now = 0;
  #moments = 0;
  /** The millisecond that passes now, and how many calls have run in it. */
  #ms = 0;
  #calls = 0;
  readonly #outside = this.process();

  now(): number {
    return this.#now;
  }

  /** How many calls are scheduled. When a test has shut everything down, none should be. */
  get pending(): number {
    return this.#queue.waiting;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return this.#outside.schedule(delayMs, callback);
  }

  /** The clock for something that can be stopped without the rest: a simulated process. */
  process(): ProcessClock {
    return new ProcessClock(this.#queue, () => this.#now);
  }

  /**
   * Lets time pass: runs everything that comes due, with what that schedules.
   *
   * @throws Error if calls keep scheduling others so soon that time does not pass
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    const stopWatching = watchPromises();
    try {
      for (;;) {
        if (this.#needsTurn()) {
          await promisesSettled();
          forgetPromises();
        }
        if (!this.#runNext(until)) break;
      }
      this.#now = until;
    } finally {
      stopWatching();
    }
  }

  /**
   * Lets time pass until a condition holds. It is looked at after every moment at which something ran.
   *
   * @param withinMs virtual milliseconds after which it is an error that it does not
   * @throws Error naming `what`
   */
  async until(condition: () => boolean, withinMs = 60_000, what = "the condition"): Promise<void> {
    const deadline = this.#now + withinMs;
    const stopWatching = watchPromises();
    try {
      for (;;) {
        if (this.#needsTurn()) {
          await promisesSettled();
          forgetPromises();
        }
        if (condition()) return;
        if (!this.#runNext(deadline)) throw new Error(`After ${withinMs} virtual ms ${what} still does not hold.`);
      }
    } finally {
      stopWatching();
    }
  }

  /** Lets time pass until a promise has settled, and gives what it settled to. */
  async settle<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    await this.until(() => done, withinMs, "what a promise waits for");
    return promise;
  }

  #needsTurn(): boolean {
    return promisesMoved() || ++this.#moments % MOMENTS_A_TURN === 0;
  }

  /** Runs everything due at the next moment at which something is, if that comes before `until`. */
  #runNext(until: number): boolean {
    const queue = this.#queue;
    const at = queue.nextAt;
    if (at > until) return false;
    this.#now = at;
    for (; queue.nextAt <= at; this.#count(at)) queue.runFirst();
    return true;
  }

  #count(at: number): void {
    const ms = Math.floor(at);
    if (ms !== this.#ms) {
      this.#ms = ms;
      this.#calls = 0;
    }
    if (++this.#calls <= CALLS_A_MS) return;
    throw new Error(`Time does not pass: after ${CALLS_A_MS} calls it is still ${at} ms.`);
  }
}
