/** How many hashes the summaries of one interval have together: 8 kB of them. */
const HASHES = 512;

/**
 * How many repairs a node begins. When many form a cluster at once, everybody differs from everybody, and a summary for
 * each who says so would be most of what is sent; whoever is passed over is met again in some round. A small membership
 * costs so little that nobody is passed over.
 */
export class RepairBudget {
  readonly #intervalMs: number;
  #until = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /** @param intervalMs after which there is a new budget */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /**
   * Takes what one summary costs; the first of an interval is always granted.
   *
   * @returns whether it is granted
   */
  spend(hashes: number, now: number): boolean {
    if (now >= this.#until) {
      this.#until = now + this.#intervalMs;
      this.#spent = 0;
    }
    if (this.#spent > 0 && this.#spent + hashes > HASHES) return false;
    this.#spent += hashes;
    return true;
  }
}
