import type { Clock, Timer } from "@rollcall/core";

/**
 * Timers may ring a fraction of a millisecond early, as they count whole ones. A wait longer than this, in milliseconds,
 * had better be one longer than be over twice.
 */
const LONG_MS = 20;

/** With this long left, in milliseconds, the process had better not be woken for what has been called off. */
const IDLE_MS = 100;

/**
 * A clock whose timers are all one. It only ever moves to an earlier time: what was called off leaves it where it is,
 * and it is set anew when it has rung. That is once for all that is called off and set again meanwhile, whereas each
 * timer of Node.js wakes the process at the time for which it was first set, called off or not. Being woken is most of
 * what a node costs at rest; so where that would be for nothing, and not soon, it rings at once, while the process is
 * awake anyway.
 *
 * For few timers at a time: it looks at all of them whenever it rings.
 */
export class SharedTimer implements Clock {
  readonly #clock: Clock;
  /** In no order, and never copied: what rings each second for years should leave no garbage. */
  readonly #calls: Call[] = [];
  readonly #ring = () => this.#rings();
  #timer: Timer | undefined;
  /** How many calls have been asked for. */
  #made = 0;
  #ringsAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  schedule(delayMs: number, act: () => void): Timer {
    const now = this.#clock.now();
    const call = new Call(this, ++this.#made, now + delayMs, act);
    this.#calls.push(call);
    this.#ringBy(call.at, now);
    return call;
  }

  /** Takes a call out, if it is still to be made. */
  cancel(call: Call): void {
    if (!this.#remove(call)) return;
    if (this.#calls.length === 0) {
      // With nothing left to do the process may have to end.
      this.#timer?.cancel();
      this.#ringsAt = Number.POSITIVE_INFINITY;
    } else if (call.at === this.#ringsAt) {
      const now = this.#clock.now();
      const isForNothing = (this.#earliest()?.at ?? 0) > call.at;
      if (isForNothing && call.at - now > IDLE_MS) this.#ringBy(now, now);
    }
  }

  #remove(call: Call): boolean {
    const index = this.#calls.indexOf(call);
    if (index < 0) return false;
    this.#calls.splice(index, 1);
    return true;
  }

  #ringBy(at: number, now: number): void {
    if (at >= this.#ringsAt) return;
    this.#timer?.cancel();
    this.#ringsAt = at;
    const delayMs = Math.max(0, at - now);
    this.#timer = this.#clock.schedule(delayMs > LONG_MS ? delayMs + 1 : delayMs, this.#ring);
  }

  #rings(): void {
    this.#ringsAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    // What is due, not what that adds: who wants to be called at once, again and again, must not keep others waiting.
    const last = this.#made;
    try {
      for (
        let next = this.#earliest();
        next !== undefined && next.at <= now && next.number <= last;
        next = this.#earliest()
      ) {
        this.#remove(next);
        next.act();
      }
    } finally {
      // Also when one has thrown: the others have nothing to do with that.
      const next = this.#earliest();
      if (next !== undefined) this.#ringBy(next.at, this.#clock.now());
    }
  }

  #earliest(): Call | undefined {
    let earliest: Call | undefined;
    for (let index = 0; index < this.#calls.length; index++) {
      const call = this.#calls[index] as Call;
      if (earliest === undefined || call.at < earliest.at) earliest = call;
    }
    return earliest;
  }
}

class Call implements Timer {
  readonly number: number;
  readonly at: number;
  readonly act: () => void;
  readonly #timer: SharedTimer;

  constructor(timer: SharedTimer, number: number, at: number, act: () => void) {
    this.#timer = timer;
    this.number = number;
    this.at = at;
    this.act = act;
  }

  cancel(): void {
    this.#timer.cancel(this);
  }
}
