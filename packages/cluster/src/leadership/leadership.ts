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

/** What an election comes down to. */
export interface Candidates {
  /** How many members count. */
  eligible: number;
  lowestUp: Member | undefined;
  lowestJoining: Member | undefined;
}

/**
 * Who leads, as a function of what one node sees: the reachable member with the lowest address. Members that are up
 * come before those still joining, so that a newcomer with a low address does not take over before it knows the cluster.
 */
export function electLeader(members: Iterable<Member>, options: LeadershipOptions): Member | undefined {
  return chooseLeader(findCandidates(members), options);
}

export function findCandidates(members: Iterable<Member>): Candidates {
  const candidates: Candidates = { eligible: 0, lowestUp: undefined, lowestJoining: undefined };
  for (const member of members) if (member.reachability === "reachable") addCandidate(candidates, member);
  return candidates;
}

/** Counts one more member that is reachable. */
export function addCandidate(candidates: Candidates, member: Member): void {
  if (member.status === "up") {
    candidates.eligible++;
    candidates.lowestUp = lower(member, candidates.lowestUp);
  } else if (member.status === "joining") {
    candidates.eligible++;
    candidates.lowestJoining = lower(member, candidates.lowestJoining);
  }
}

export function chooseLeader(candidates: Candidates, options: LeadershipOptions): Member | undefined {
  const { eligible, lowestUp, lowestJoining } = candidates;
  if (eligible >= options.minimumMembers) return lowestUp ?? lowestJoining;
  return options.keepBelowMinimum ? lowestUp : undefined;
}

function lower(a: Member, b: Member | undefined): Member {
  return b === undefined || compareNodes(a.node, b.node) < 0 ? a : b;
}
