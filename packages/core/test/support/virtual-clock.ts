import type { Clock, Timer } from "../../src/index.js";

interface Entry extends Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time that passes only when told to. Calls that fall due run in order of time, then of scheduling. */
export class VirtualClock implements Clock {
  #now = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    if (!(delayMs >= 0)) throw new RangeError(`cannot schedule a call ${delayMs} ms from now`);
    const entry: Entry = {
      atMs: this.#now + delayMs,
      callback,
      cancel: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
    this.#entries.push(entry);
    return entry;
  }

  /** How many calls are scheduled: what a discovery that has let go of everything leaves at 0. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Lets `ms` pass, with everything that happens meanwhile, and everything that follows from it without waiting. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#entries.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      due.cancel();
      this.#now = due.atMs;
      due.callback();
      await settled();
    }
    this.#now = untilMs;
  }
}

/** Resolves when every promise that can settle without waiting for anything has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
