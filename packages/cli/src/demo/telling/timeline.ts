import type { Clock, Timer } from "@rollcall/core";

/** How long the timeline waits, in milliseconds: noticed by nobody who reads. */
export const TIMELINE_PACE = Object.freeze({
  /** For what was told of the same moment by another process of a busy machine. */
  settleMs: 40,
  /** To tell at once what happened nearly at once. */
  batchMs: 60,
});

/**
 * Puts what several processes tell into the order in which it happened: what is told of one moment arrives at different
 * times, so everything is held back for a while. What arrives later still is told, out of order.
 */
export class Timeline<T extends { readonly at: number }> {
  readonly #clock: Clock;
  readonly #tell: (entries: readonly T[]) => void;
  #held: T[] = [];
  #timer: Timer | undefined;

  /**
   * @param clock by which the entries say when they were
   * @param tell is given one or more entries, in order
   */
  constructor(clock: Clock, tell: (entries: readonly T[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(entry: T): void {
    this.#held.push(entry);
    const { settleMs, batchMs } = TIMELINE_PACE;
    this.#timer ??= this.#clock.schedule(settleMs + batchMs, () => this.#tellSettled());
  }

  /** Tells all that is held back, now. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#tellUntil(Number.POSITIVE_INFINITY);
  }

  #tellSettled(): void {
    const { settleMs, batchMs } = TIMELINE_PACE;
    this.#tellUntil(this.#clock.now() - settleMs);
    this.#timer = this.#held.length > 0 ? this.#clock.schedule(batchMs, () => this.#tellSettled()) : undefined;
  }

  #tellUntil(time: number): void {
    const ordered = this.#held.sort((a, b) => a.at - b.at);
    const settled = ordered.filter(({ at }) => at <= time);
    this.#held = ordered.slice(settled.length);
    if (settled.length > 0) this.#tell(settled);
  }
}
