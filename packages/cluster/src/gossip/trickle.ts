import type { Random } from "@rollcall/core";

export interface TrickleOptions {
  /** Pause between rounds right after something changed, in milliseconds. */
  readonly minIntervalMs: number;
  /** Pause between rounds at rest, in milliseconds. */
  readonly intervalMs: number;
  /** Pauses vary by this fraction up and down. */
  readonly jitter: number;
}

/**
 * When the next gossip round is due: often after a change, then half as often each time, down to the pace at rest
 * (the Trickle timer; RFC 6206 section 4.2). Unlike there, rounds are not suppressed when others were heard, since we
 * do not broadcast, and the time within an interval varies by `jitter` instead of by half. As long as changes keep
 * coming, pushes bring them, and comparing would only show what is on its way: the shortest interval counts from the
 * last change. No round is later for it than it would have been at rest.
 */
export class Trickle {
  readonly #options: TrickleOptions;
  readonly #random: Random;
  #intervalMs: number;
  #nextAt: number;
  /** When a round is due whatever happens. */
  #lastAt: number;

  constructor(options: TrickleOptions, random: Random, now: number) {
    this.#options = options;
    this.#random = random;
    this.#intervalMs = options.intervalMs;
    this.#nextAt = this.#after(now);
    this.#lastAt = this.#nextAt;
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  /** Whether something changed or differed lately. */
  get restless(): boolean {
    return this.#intervalMs < this.#options.intervalMs;
  }

  /** Something changed or differs: start again from the shortest interval. */
  reset(now: number): void {
    this.#intervalMs = this.#options.minIntervalMs;
    this.#nextAt = Math.min(this.#lastAt, this.#after(now));
  }

  /** A round was held. */
  advance(now: number): void {
    this.#intervalMs = Math.min(this.#options.intervalMs, this.#intervalMs * 2);
    this.#nextAt = this.#after(now);
    this.#lastAt = this.#after(now, this.#options.intervalMs);
  }

  /** At rest, something else did what a round is for, and will again within an interval: leave a round out. */
  skip(now: number): void {
    this.#nextAt = this.#after(now + this.#options.intervalMs);
    this.#lastAt = this.#nextAt;
  }

  #after(now: number, intervalMs = this.#intervalMs): number {
    return now + intervalMs * (1 + this.#options.jitter * (2 * this.#random() - 1));
  }
}
