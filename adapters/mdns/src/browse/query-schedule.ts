import type { Random } from "@rollcall/core";

/** Before the first question, so that programs started together do not ask together (RFC 6762 section 5.2). */
const FIRST_MIN_MS = 20;
const FIRST_SPAN_MS = 100;
const INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 3_600_000;

/** 20 to 120 milliseconds, as the RFC has it for first questions and for answers that others may give too. */
export function shortDelayMs(random: Random): number {
  return FIRST_MIN_MS + random() * FIRST_SPAN_MS;
}

/** When to ask who is there: soon, after 1 s, then at doubling intervals of up to an hour (RFC 6762 section 5.2). */
export class QuerySchedule {
  readonly #random: Random;
  #nextAt = Number.POSITIVE_INFINITY;
  #intervalMs = INTERVAL_MS;

  constructor(random: Random) {
    this.#random = random;
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  /** Begins again from the short intervals, as after a change of the network. */
  restart(now: number): void {
    this.#nextAt = now + shortDelayMs(this.#random);
    this.#intervalMs = INTERVAL_MS;
  }

  /** The question has been asked, by us or by somebody whose answer we hear as well. */
  asked(now: number): void {
    this.#nextAt = now + this.#intervalMs;
    this.#intervalMs = Math.min(2 * this.#intervalMs, MAX_INTERVAL_MS);
  }
}
