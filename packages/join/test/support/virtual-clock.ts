import type { Clock, Timer } from "@rollcall/core";

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so. Timers of the same moment run in the order they were set. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    // What setTimeout would run at once instead of late.
    if (!(delayMs >= 0 && delayMs < 2 ** 31)) throw new RangeError(`a delay of ${delayMs} ms`);
    const entry: Entry = { at: this.#now + delayMs, order: this.#order++, callback };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Lets `ms` pass: runs what becomes due in order of time, and after each timer everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#entries.delete(next);
      this.#now = next.at;
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > end) continue;
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  }
}

/** Resolves when all promise reactions that are ready, and those that follow from them, have run. No time passes. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
