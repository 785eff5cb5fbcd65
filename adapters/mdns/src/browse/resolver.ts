import type { Random } from "@rollcall/core";
import type { Question } from "../dns/message.js";
import { setKey } from "../dns/rdata.js";
import { shortDelayMs } from "./query-schedule.js";

/** Asked again after 1 s, then at doubling intervals, as long as something points to what is missing. */
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 3_600_000;

interface Attempts {
  count: number;
  nextAt: number;
}

/**
 * Decides when to ask for what a response left out: a pointer often comes without the records that it points to
 * (RFC 6763 section 12 asks responders to add them, but does not make them).
 */
export class Resolver {
  readonly #random: Random;
  readonly #attempts = new Map<string, Attempts>();
  #lookAt = Number.POSITIVE_INFINITY;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When to call `questions`. */
  get nextAt(): number {
    let next = this.#lookAt;
    for (const { nextAt } of this.#attempts.values()) next = Math.min(next, nextAt);
    return next;
  }

  /** Something came. Waits a moment before looking what is missing: the rest is often in the next packet. */
  somethingCame(now: number): void {
    this.#lookAt = Math.min(this.#lookAt, now + shortDelayMs(this.#random));
  }

  /** What to ask of all that is missing now. */
  questions(missing: Iterable<Question>, now: number): Question[] {
    this.#lookAt = Number.POSITIVE_INFINITY;
    const before = new Map(this.#attempts);
    this.#attempts.clear();
    const due: Question[] = [];
    for (const question of missing) {
      const key = setKey(question);
      if (this.#attempts.has(key)) continue; // two instances on one host
      const attempts = before.get(key) ?? { count: 0, nextAt: now };
      this.#attempts.set(key, attempts);
      if (attempts.nextAt > now) continue;
      due.push(question);
      attempts.nextAt = now + Math.min(FIRST_RETRY_MS * 2 ** attempts.count++, MAX_RETRY_MS);
    }
    return due;
  }

  /** How often this has been asked in vain. */
  asked(question: Question): number {
    return this.#attempts.get(setKey(question))?.count ?? 0;
  }
}
