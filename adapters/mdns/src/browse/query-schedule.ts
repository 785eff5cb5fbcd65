import type { Random } from "@rollcall/core";

/** Before the first question, so that programs started together do not ask together (RFC 6762 section 5.2). */
const FIRST_MIN_MS = 20;
const FIRST_SPAN_MS = 100;
const FIRST_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 3_600_000;

/** 20 to 120 milliseconds, as the RFC has it for first questions and for answers that others may give too. */
export function shortDelayMs(random: Random): number {
  return FIRST_MIN_MS + random() * FIRST_SPAN_MS;
}

/**
 * The wait until a question is asked again: a second, then at least twice the wait before, at most an hour. With a bit
 * of chance, or those who leave a question out because others asked it would all ask the next one at the same moment.
 */
export function nextIntervalMs(previousMs: number, random: Random): number {
  return Math.min(Math.max(2 * previousMs, FIRST_INTERVAL_MS) + shortDelayMs(random), MAX_INTERVAL_MS);
}

/** When to ask who is there: soon, after a second, then at doubling intervals (RFC 6762 section 5.2). */
export class QuerySchedule {
  readonly #random: Random;
  #nextAt = Number.POSITIVE_INFINITY;
  #intervalMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  /** Begins again from the short intervals, as after a change of the network. */
  restart(now: number): void {
    this.#nextAt = now + shortDelayMs(this.#random);
    this.#intervalMs = 0;
  }

  /** The question has been asked, by us or by somebody whose answer we hear as well. */
  asked(now: number): void {
    this.#intervalMs = nextIntervalMs(this.#intervalMs, this.#random);
    this.#nextAt = now + this.#intervalMs;
  }
}
