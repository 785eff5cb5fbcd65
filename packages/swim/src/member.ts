import type { Appointment } from "./agenda.js";
import { STATUS, type Status } from "./update.js";

/**
 * Why a member's reachability changed. `silent`: nobody got an answer until the suspicion ended. `refused`: its address
 * refused connections, and another member, or repetition, confirmed it. `replaced`: another incarnation answers there.
 * `told`: others have found out. `answered`: it was heard from, or has refuted what was believed.
 */
export type ReachabilityReason = "silent" | "refused" | "replaced" | "told" | "answered";

/** Why a member is suspect or unreachable. */
export interface Doubt {
  readonly because: ReachabilityReason;
  /** Since when it has the status that it has. */
  readonly since: number;
  /** Whoever suspects it, as far as that counts; each once. */
  suspecters: readonly string[];
  /** When the suspicion ends. */
  verdict: Appointment | undefined;
  /** Whether it has been told, as far as we know. */
  told: boolean;
}

/**
 * What this node knows of one member. Its belief is written by `Beliefs` alone. There is one for every pair of nodes in
 * a simulation, so it is small as long as nothing is the matter.
 */
export class Member {
  readonly id: string;
  incarnation = 0;
  status: Status = STATUS.reachable;
  /** While it is not reachable. */
  doubt: Doubt | undefined = undefined;
  /** How many exchanges with it are under way whose outcome will tell whether it is there. */
  awaited = 0;
  /** When we last waited for an answer in vain, if it has not answered since. */
  silentAt: number | undefined = undefined;
  /** Whether there is a connection to it, as far as is known. */
  connected: boolean | undefined = undefined;
  /** When its address last refused us a connection, if there has been none since. */
  refusedAt: number | undefined = undefined;
  /** Whether it has been taken out of the membership, while somebody still holds on to this. */
  removed = false;
  /** Its place in the list of all members. */
  index = -1;

  constructor(id: string) {
    this.id = id;
  }

  /** Whoever suspects it, as far as that counts; each once. */
  get suspecters(): readonly string[] {
    return this.doubt?.suspecters ?? NOBODY;
  }

  /**
   * Whether it cannot be expected to confirm anything. Who is suspected by one member alone still can: otherwise an ill
   * member that suspects everybody would be left with nobody whose confirmation it had to wait for.
   */
  get isRuledOut(): boolean {
    return this.status === STATUS.unreachable || this.suspecters.length > 1;
  }
}

const NOBODY: readonly string[] = Object.freeze([]);
