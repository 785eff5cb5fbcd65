import type { Clock } from "@rollcall/core";
import type { Reject, RejectionCode } from "../handshake/handshake-message.js";

/** A handshake that came to nothing because one side said no. */
export interface Refusal {
  readonly rejection: Reject;
  /** `system@host:port#id`, where it got as far as that. */
  readonly peer: string | undefined;
  /** Where the connection came from or went to. */
  readonly remote: string;
  readonly dialledBy: "us" | "them";
  readonly refusedBy: "us" | "them";
}

/** The latest refusal with one code, for people. */
export interface RefusalExplanation extends Omit<Refusal, "rejection"> {
  readonly code: RejectionCode;
  readonly reason: string;
  /** How long ago it was, in milliseconds. */
  readonly agoMs: number;
}

/** Counts refusals by code and keeps the latest of each: bounded by the number of codes, whoever comes how often. */
export class Refusals {
  readonly #clock: Clock;
  readonly #latest = new Map<RejectionCode, { count: number; refusal: Refusal; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(refusal: Refusal): void {
    const { code } = refusal.rejection;
    const count = (this.#latest.get(code)?.count ?? 0) + 1;
    this.#latest.set(code, { count, refusal, at: this.#clock.now() });
  }

  /** How often each code was heard or given. */
  get counts(): Record<string, number> {
    return Object.fromEntries([...this.#latest].map(([code, { count }]) => [code, count]));
  }

  explain(): RefusalExplanation[] {
    const now = this.#clock.now();
    return [...this.#latest.values()].map(({ refusal: { rejection, ...rest }, at }) => {
      const { code, reason } = rejection;
      return { code, reason, ...rest, agoMs: now - at };
    });
  }
}
