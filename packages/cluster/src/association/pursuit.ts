import { type Backoff, type Clock, exponentialBackoff, type Random } from "@rollcall/core";
import type { Logger } from "../logger.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import type { Association, DialResult } from "./association.js";

export interface PursuitContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether the peer is still wanted; asked before each attempt. */
  readonly holds: (association: Association) => boolean;
  /** @param silent a connection that is to be replaced if the peer answers over the one that is made */
  readonly dial: (peer: UniqueNode, silent: Connection | undefined) => Promise<DialResult>;
  /** A peer was dialled: nobody listens there, or another incarnation does. */
  readonly onUnreached: (peer: UniqueNode, evidence: "refused" | "replaced") => void;
}

/** At once, then after pauses that grow. */
const REDIAL: Backoff = exponentialBackoff({ initialMs: 50, factor: 1.5, maxMs: 3_000 });

/** Dials peers that this node wants to talk to, one attempt a peer at a time, with pauses after those that fail. */
export class Pursuit {
  readonly #context: PursuitContext;

  constructor(context: PursuitContext) {
    this.#context = context;
  }

  /** Tries to reach a peer that is wanted and not connected, again and again until one of that is no longer so. */
  reach(association: Association): void {
    const { peer } = association;
    if (association.dialling || association.connection !== undefined || !this.#context.holds(association)) return;
    association.dialling = true;
    endPause(association);
    this.#context.dial(peer, undefined).then(
      (result) => {
        if (result.kind === "associated") return this.#reached(association, undefined);
        this.#reached(association, result.rejection.reason, isReplacement(result) ? "replaced" : undefined);
      },
      (error: unknown) => this.#reached(association, error, isRefusal(error) ? "refused" : undefined),
    );
  }

  /**
   * Tries once to reach a peer that does not answer, although there may be a connection: one can stand and carry nothing,
   * when a router has forgotten it, one direction is lost, or TCP waits a minute before it tries again after a cut as
   * long as that. The new one takes its place if the peer answers over that. Does nothing in the pause after an attempt
   * that failed.
   */
  renew(association: Association): void {
    const { connection, dialling, peer, retry } = association;
    if (connection === undefined) {
      this.reach(association);
      return;
    }
    if (dialling || retry !== undefined || !this.#context.holds(association)) return;
    association.dialling = true;
    const over = (result?: DialResult) => {
      association.dialling = false;
      if (result !== undefined && isReplacement(result)) this.#context.onUnreached(peer, "replaced");
      if (association.connection === undefined) this.reach(association);
      else if (association.connection === connection && this.#context.holds(association)) this.#pause(association);
    };
    this.#context.dial(peer, connection).then(over, () => over());
  }

  #reached(association: Association, failure: unknown, evidence?: "refused" | "replaced"): void {
    association.dialling = false;
    if (association.connection !== undefined || !this.#context.holds(association)) return;
    const retryInMs = this.#pause(association);
    const { logger, onUnreached } = this.#context;
    logger.debug({ peer: association.peer.toString(), err: failure, retryInMs }, "peer not reached");
    if (evidence !== undefined) onUnreached(association.peer, evidence);
  }

  /** Waits after an attempt that failed; who is not connected by then is dialled again. */
  #pause(association: Association): number {
    const { clock, random } = this.#context;
    const delayMs = REDIAL.delayMs(++association.failures, random);
    association.retry = clock.schedule(delayMs, () => {
      association.retry = undefined;
      this.reach(association);
    });
    return delayMs;
  }
}

/** Lets the peer be dialled at once again. */
export function endPause(association: Association): void {
  association.retry?.cancel();
  association.retry = undefined;
}

/** Whether somebody else has the address: another incarnation, or a node of another system. */
function isReplacement(result: DialResult): boolean {
  if (result.kind !== "rejected") return false;
  const { code } = result.rejection;
  return code === "WRONG_TARGET" || code === "WRONG_SYSTEM";
}

/** Whether nobody listens at the address, as opposed to nobody answering. */
function isRefusal(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ECONNREFUSED";
}
