import { type Clock, type Endpoint, formatEndpoint } from "@rollcall/core";
import type { Joiner, JoinOutcome } from "../../src/index.js";

/** One attempt: settled by the test, or by what the joiner was told to answer. */
export interface Attempt {
  readonly endpoint: string;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly settled: boolean;
  answer(outcome: JoinOutcome): void;
  fail(error: Error): void;
}

export type Behaviour = (endpoint: string, attempt: Attempt) => unknown;

/** Records every attempt; leaves it open unless `behaviour` answers it. Aborting rejects, as a joiner should. */
export class FakeJoiner implements Joiner {
  readonly attempts: Attempt[] = [];
  behaviour: Behaviour = () => {};
  /** The most that were ever open at once. */
  mostOpen = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(endpoint: Endpoint, signal: AbortSignal): Promise<JoinOutcome> {
    return new Promise((resolve, reject) => {
      let settled = false;
      const once =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          settled = true;
          settle(value);
        };
      const attempt: Attempt = {
        endpoint: formatEndpoint(endpoint),
        at: this.#clock.now(),
        signal,
        get settled() {
          return settled;
        },
        answer: once(resolve),
        fail: once(reject),
      };
      signal.addEventListener("abort", () => attempt.fail(signal.reason));
      this.attempts.push(attempt);
      this.mostOpen = Math.max(this.mostOpen, this.open.length);
      this.behaviour(attempt.endpoint, attempt);
    });
  }

  get open(): readonly Attempt[] {
    return this.attempts.filter((attempt) => !attempt.settled);
  }

  /** The endpoints tried, in order. */
  get tried(): readonly string[] {
    return this.attempts.map((attempt) => attempt.endpoint);
  }

  /** When an endpoint was tried. */
  triedAt(endpoint: string): readonly number[] {
    return this.attempts.filter((attempt) => attempt.endpoint === endpoint).map((attempt) => attempt.at);
  }

  /** The open attempt on an endpoint; fails the test if there is none. */
  attemptOn(endpoint: string): Attempt {
    const found = this.open.find((attempt) => attempt.endpoint === endpoint);
    if (found === undefined) throw new Error(`no attempt on ${endpoint} is open; tried: ${this.tried.join(", ")}`);
    return found;
  }
}

/** What a system call says when nobody listens. */
export function connectionRefused(endpoint: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${endpoint}`), { code: "ECONNREFUSED" });
}
