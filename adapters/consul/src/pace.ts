/**
 * Lets a number of things happen at once, and then one per interval: a service that changes without end, or an agent
 * that answers at once whatever it is asked, must not keep us busy.
 */
export class Pace {
  readonly #burst: number;
  readonly #intervalMs: number;
  /** When all that has happened is made up for, in the clock's milliseconds. */
  #settledAt = -Infinity;

  constructor(burst: number, intervalMs: number) {
    this.#burst = burst;
    this.#intervalMs = intervalMs;
  }

  /** Counts one, and says for how many milliseconds to wait before it. */
  next(now: number): number {
    this.#settledAt = Math.max(now, this.#settledAt) + this.#intervalMs;
    return Math.max(0, this.#settledAt - now - this.#burst * this.#intervalMs);
  }
}
