/**
 * How much this node doubts itself: the Local Health Multiplier (Lifeguard, section IV-A). From 0, in good health, up
 * to a limit; probe intervals and time-outs are (score + 1) times as long.
 *
 * It rises by failed probes, by helpers that did not even send a nack, and by having to refute suspicions of oneself;
 * successful probes lower it. Not in the paper: it also rises by stalls of this process, by one for each protocol period
 * that they last, and falls when somebody else begins to share a suspicion, as it was not our fault then.
 */
export class LocalHealth {
  readonly #max: number;
  #score = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get score(): number {
    return this.#score;
  }

  raise(by = 1): void {
    this.#score = Math.min(this.#max, this.#score + by);
  }

  lower(): void {
    this.#score = Math.max(0, this.#score - 1);
  }

  /** A duration as it is in this state of health. */
  scale(ms: number): number {
    return ms * (this.#score + 1);
  }
}
