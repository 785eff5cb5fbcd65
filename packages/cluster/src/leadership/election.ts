import type { MembershipChange, ReachabilityChange } from "../membership/changes.js";
import type { Member, MemberStatus } from "../membership/member.js";
import { addCandidate, type Candidates, chooseLeader, findCandidates, type LeadershipOptions } from "./leadership.js";

/**
 * The leader as `electLeader` would find it, kept up to date change by change: in a large cluster, looking at every
 * member after every change would be most of what a change costs. All are looked at only after one of those in front has
 * changed.
 */
export class Election {
  readonly #members: () => Iterable<Member>;
  readonly #options: LeadershipOptions;
  /** Unknown until the members are looked at. */
  #candidates: Candidates | undefined;

  /** @param members all of them, with every change made that was noted */
  constructor(members: () => Iterable<Member>, options: LeadershipOptions) {
    this.#members = members;
    this.#options = options;
  }

  get leader(): Member | undefined {
    this.#candidates ??= findCandidates(this.#members());
    return chooseLeader(this.#candidates, this.#options);
  }

  note(change: MembershipChange | ReachabilityChange): void {
    const candidates = this.#candidates;
    if (candidates === undefined) return;
    const { member } = change;
    const { id } = member.node;
    if (candidates.lowestUp?.node.id === id || candidates.lowestJoining?.node.id === id) {
      this.#candidates = undefined;
      return;
    }
    const isReachable = member.reachability === "reachable";
    const wasReachable = change.kind === "membership" ? isReachable : !isReachable;
    const before = change.kind === "membership" ? change.from : member.status;
    if (wasReachable && isEligible(before)) candidates.eligible--;
    if (isReachable) addCandidate(candidates, member);
  }
}

function isEligible(status: MemberStatus | undefined): boolean {
  return status === "up" || status === "joining";
}
