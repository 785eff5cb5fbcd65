import type { Endpoint, Listing } from "@rollcall/core";
import type { JoinOutcome } from "./collaborators.js";
import type { Refusal } from "./endpoint-record.js";

/** How an attempt ended, as the shell tells the machine: with an answer, without one, or because it was told to stop. */
export type AttemptResult =
  | JoinOutcome
  | { readonly kind: "failed"; readonly code: string; readonly reason: string }
  | { readonly kind: "abandoned" };

/**
 * What the join machine is told. A discovery that fails is no event: nothing may follow from it, the last listing
 * stays.
 */
export type JoinEvent =
  | { readonly kind: "listed"; readonly listing: Listing }
  | {
      readonly kind: "requested";
      readonly id: number;
      readonly endpoint: Endpoint;
      readonly maxAttempts: number;
    }
  /** Whoever asked no longer wants it. */
  | { readonly kind: "withdrawn"; readonly id: number; readonly endpoint: Endpoint }
  | { readonly kind: "settled"; readonly key: string; readonly result: AttemptResult }
  /** The membership changed, or the time asked for in {@link JoinDecision.wakeAt} has come. */
  | { readonly kind: "tick" };

/** How an explicit request ends. */
export type JoinAnswer =
  | { readonly kind: "joined"; readonly nodeId: string }
  | { readonly kind: "self" }
  | { readonly kind: "gave-up"; readonly attempts: number; readonly last: Refusal }
  | { readonly kind: "refused" };

/** What the machine wants done. */
export type JoinDirective =
  | { readonly kind: "attempt"; readonly key: string; readonly endpoint: Endpoint }
  /** Abort the attempt; the machine still waits for it to settle. */
  | { readonly kind: "abandon"; readonly key: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: JoinAnswer }
  | {
      readonly kind: "note";
      readonly level: "debug" | "info" | "warn";
      readonly details: object;
      readonly message: string;
    };

export interface JoinDecision {
  readonly directives: readonly JoinDirective[];
  /** Send a tick at this time of the clock; it replaces what was asked for before. Infinity: no need. */
  readonly wakeAt: number;
}
