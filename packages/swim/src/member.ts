import type { Appointment } from "./agenda.js";
import { STATUS, type Status } from "./update.js";

/**
 * Why a member's reachability changed. `silent`: nobody got an answer until the suspicion ended. `refused`: its address
 * refused connections, and another member, or repetition, confirmed it. `replaced`: another incarnation answers there.
 * `told`: others have found out. `answered`: it was heard from, or has refuted what was believed.
 */
export type Because = "silent" | "refused" | "replaced" | "told" | "answered";

/** What this node knows of one member. Its belief is written by `Beliefs` alone. */
export class Member {
  readonly id: string;
  incarnation = 0;
  status: Status = STATUS.reachable;
  /** Whoever suspects it, as far as that counts; each once. */
  suspecters: string[] = [];
  /** Why it has the status that it has. */
  because: Because = "answered";
  /** Since when it has that status. */
  since: number;
  /** When the suspicion ends. */
  verdict: Appointment | undefined;
  /** When a ping of ours, or of somebody who told us, was last answered. */
  answeredAt = Number.NEGATIVE_INFINITY;
  /** When we last waited for an answer in vain. */
  silentAt = Number.NEGATIVE_INFINITY;
  /** How many exchanges with it are under way whose outcome will tell whether it is there. */
  awaited = 0;
  /** Whether the transport has said that there is no connection to it. */
  disconnected = false;
  /** When its address last refused us a connection, while there is none. */
  refusedAt = Number.NEGATIVE_INFINITY;
  /** Whether it has been taken out of the membership, while somebody still holds on to this. */
  removed = false;
  /** Its place in the list of all members. */
  index = -1;

  constructor(id: string, now: number) {
    this.id = id;
    this.since = now;
  }

  /**
   * Whether it cannot be expected to confirm anything. Who is suspected by one member alone still can: otherwise an ill
   * member that suspects everybody would be left with nobody whose confirmation it had to wait for.
   */
  get isRuledOut(): boolean {
    return this.status === STATUS.unreachable || this.suspecters.length > 1;
  }
}
