/** After so long without a burst the next one is fast again, in units of the longest pause. */
const QUIET_PAUSES = 4;
const SHORTEST_PAUSE_MS = 1;

/**
 * How long to collect before sending again: nothing for the first of a burst, then pauses that double up to the longest.
 * A single change travels at once, a storm of them in few messages.
 */
export class Pace {
  readonly #longestMs: number;
  #pauseMs = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** When sending is allowed again. */
  get nextAt(): number {
    return this.#lastAt + this.#pauseMs;
  }

  /** Something was sent. */
  advance(now: number): void {
    const quiet = now - this.#lastAt >= QUIET_PAUSES * this.#longestMs;
    const pauseMs = quiet ? SHORTEST_PAUSE_MS : this.#pauseMs * 2;
    this.#pauseMs = Math.min(this.#longestMs, pauseMs);
    this.#lastAt = now;
  }
}
