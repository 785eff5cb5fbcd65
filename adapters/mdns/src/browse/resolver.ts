import type { Random } from "@rollcall/core";
import type { Question } from "../dns/message.js";
import { setKey } from "../dns/rdata.js";
import { nextIntervalMs, shortDelayMs } from "./query-schedule.js";

/** A question that somebody else asks this long before ours makes ours unnecessary, in milliseconds. */
export const IMMINENT_MS = 500;

interface Attempts {
  count: number;
  nextAt: number;
  intervalMs: number;
}

/**
 * Decides when to ask for what a response left out: a pointer often comes without the records that it points to
 * (RFC 6763 section 12 asks responders to add them, but does not make them). Asks again at doubling intervals, as long
 * as something points to what is missing.
 */
export class Resolver {
  readonly #random: Random;
  readonly #attempts = new Map<string, Attempts>();
  #lookAt = Number.POSITIVE_INFINITY;
  /** Of the attempts; never later than the truth. */
  #retryAt = Number.POSITIVE_INFINITY;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When to call `questions`, at the latest. */
  get nextAt(): number {
    return Math.min(this.#lookAt, this.#retryAt);
  }

  /** Something came. Waits a moment before looking what is missing: the rest is often in the next packet. */
  somethingCame(now: number): void {
    this.#lookAt = Math.min(this.#lookAt, now + shortDelayMs(this.#random));
  }

  /** What to ask of all that is missing now. */
  questions(missing: Iterable<Question>, now: number): Question[] {
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#retryAt = Number.POSITIVE_INFINITY;
    const before = new Map(this.#attempts);
    this.#attempts.clear();
    const due: Question[] = [];
    for (const question of missing) {
      const key = setKey(question);
      if (this.#attempts.has(key)) continue; // two instances on one host
      const attempts = before.get(key) ?? firstAttempt(now);
      this.#attempts.set(key, attempts);
      if (attempts.nextAt <= now) {
        due.push(question);
        this.#advance(attempts, now);
      }
      this.#retryAt = Math.min(this.#retryAt, attempts.nextAt);
    }
    return due;
  }

  /** Somebody else asks for it, and we were going to: their answer will reach us too (RFC 6762 section 7.3). */
  othersAsk(question: Question, now: number): void {
    const key = setKey(question);
    const aboutToLook = this.#lookAt <= now + IMMINENT_MS ? firstAttempt(now) : undefined;
    const attempts = this.#attempts.get(key) ?? aboutToLook;
    if (attempts === undefined || attempts.nextAt > now + IMMINENT_MS) return;
    this.#advance(attempts, now);
    this.#attempts.set(key, attempts);
    this.#retryAt = Math.min(this.#retryAt, attempts.nextAt);
  }

  /** How often this has been asked in vain. */
  asked(question: Question): number {
    return this.#attempts.get(setKey(question))?.count ?? 0;
  }

  #advance(attempts: Attempts, now: number): void {
    attempts.count++;
    attempts.intervalMs = nextIntervalMs(attempts.intervalMs, this.#random);
    attempts.nextAt = now + attempts.intervalMs;
  }
}

function firstAttempt(now: number): Attempts {
  return { count: 0, nextAt: now, intervalMs: 0 };
}
