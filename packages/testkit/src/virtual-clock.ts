import type { Clock, Timer } from "@rollcall/core";

interface Entry {
  readonly at: number;
  /** Breaks ties: first scheduled, first run. */
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * A clock that stands still until it is told to go on. What was scheduled runs in the order of time, and at one time in
 * the order of scheduling; promises settle between two moments, so that a run is a pure function of its inputs.
 */
export class VirtualClock implements Clock {
  readonly #heap: Entry[] = [];
  #now = 0;
  #scheduled = 0;
  #waiting = 0;

  now(): number {
    return this.#now;
  }

  /** How many calls are scheduled. When a test has shut everything down, none should be. */
  get pending(): number {
    return this.#waiting;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#scheduled++, callback };
    this.#waiting++;
    this.#push(entry);
    return {
      cancel: () => {
        if (entry.callback === undefined) return;
        entry.callback = undefined;
        this.#waiting--;
      },
    };
  }

  /** Lets time pass: runs everything that comes due, with what that schedules. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    while (this.#runNext(until)) await settled();
    this.#now = until;
  }

  /**
   * Lets time pass until a condition holds.
   *
   * @param withinMs virtual milliseconds after which it is an error that it does not
   * @throws Error naming `what`
   */
  async until(condition: () => boolean, withinMs = 60_000, what = "the condition"): Promise<void> {
    const deadline = this.#now + withinMs;
    await settled();
    while (!condition()) {
      if (!this.#runNext(deadline)) throw new Error(`After ${withinMs} virtual ms ${what} still does not hold.`);
      await settled();
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

  /** Runs everything due at the next moment at which something is, if that comes before `until`. */
  #runNext(until: number): boolean {
    this.#dropCancelled();
    const next = this.#heap[0];
    if (next === undefined || next.at > until) return false;
    this.#now = next.at;
    for (let due = this.#heap[0]; due !== undefined && due.at <= this.#now; due = this.#heap[0]) {
      this.#pop();
      const { callback } = due;
      if (callback === undefined) continue;
      due.callback = undefined;
      this.#waiting--;
      callback();
    }
    return true;
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Once every promise reaction that can run has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
