import type { Member } from "../membership/member.js";
import { compareNodes } from "../node.js";

export interface LeadershipOptions {
  /** With fewer reachable members than this nobody newly leads. */
  readonly minimumMembers: number;
  /**
   * Whether a cluster that has had a leader (as one has in which anybody is up) keeps having one when fewer than
   * `minimumMembers` are reachable. If not, a pair of which one crashed is stuck with the dead one.
   */
  readonly keepBelowMinimum: boolean;
}

/**
 * Who leads, as a function of what one node sees: the reachable member with the lowest address. Members that are up
 * come before those still joining, so that a newcomer with a low address does not take over before it knows the cluster.
 */
export function electLeader(members: Iterable<Member>, options: LeadershipOptions): Member | undefined {
  let lowestUp: Member | undefined;
  let lowestJoining: Member | undefined;
  let eligible = 0;
  for (const member of members) {
    if (member.reachability === "unreachable") continue;
    if (member.status === "up") {
      eligible++;
      lowestUp = lower(member, lowestUp);
    } else if (member.status === "joining") {
      eligible++;
      lowestJoining = lower(member, lowestJoining);
    }
  }
  if (eligible >= options.minimumMembers) return lowestUp ?? lowestJoining;
  return options.keepBelowMinimum ? lowestUp : undefined;
}

function lower(a: Member, b: Member | undefined): Member {
  return b === undefined || compareNodes(a.node, b.node) < 0 ? a : b;
}
