/** A bound on how often something happens: so many times at once, and then at a steady rate (a token bucket). */
export class Credit {
  readonly #capacity: number;
  readonly #refillMs: number;
  #level: number;
  #asOf: number;

  /** @param refillMs after how many milliseconds there is one more, up to `capacity` */
  constructor(capacity: number, refillMs: number, now: number) {
    this.#capacity = capacity;
    this.#refillMs = refillMs;
    this.#level = capacity;
    this.#asOf = now;
  }

  /** When there is credit for one more. */
  nextAt(now: number): number {
    this.#refill(now);
    return this.#level >= 1 ? now : now + (1 - this.#level) * this.#refillMs;
  }

  /** @returns whether there was any */
  spend(now: number): boolean {
    this.#refill(now);
    // What is due after exactly one refill must not fail for a rounding error.
    if (this.#level < 1 - 1e-6) return false;
    this.#level = Math.max(0, this.#level - 1);
    return true;
  }

  #refill(now: number): void {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#asOf) / this.#refillMs);
    this.#asOf = now;
  }
}
