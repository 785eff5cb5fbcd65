import type { ReachabilityReason } from "./member.js";
import type { SwimMessage } from "./message.js";
import type { Reachability } from "./update.js";

/** Send a message to a member over whatever connection there is to it. If it gets lost, it gets lost. */
export interface SendDirective {
  readonly kind: "send";
  readonly to: string;
  readonly message: SwimMessage;
}

/**
 * Dial a member now, if there is no connection to it, instead of when a backoff allows; and report by `evidence` what
 * came of it. Harmless while an attempt is under way.
 */
export interface RedialDirective {
  readonly kind: "redial";
  readonly id: string;
}

/**
 * Replace the connection to a member, if it answers over another: it lives, as others say, and has not answered us. So it
 * is the connection that carries nothing, in one direction at least.
 */
export interface RenewDirective {
  readonly kind: "renew";
  readonly id: string;
}

/** What is thought of a member has changed. */
export interface ReachabilityDirective {
  readonly kind: "reachability";
  readonly id: string;
  readonly from: Reachability;
  readonly to: Reachability;
  readonly because: ReachabilityReason;
}

/** What the machine wants done. */
export type SwimDirective = SendDirective | RedialDirective | RenewDirective | ReachabilityDirective;
