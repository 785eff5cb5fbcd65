import type { Member } from "../membership/member.js";
import type { Membership } from "../membership/membership.js";
import type { UniqueNode } from "../node.js";

/** A member that has not been downed, and for how long this node has not reached it, in milliseconds. */
export interface UnreachableMember {
  readonly member: Member;
  readonly forMs: number;
}

/** What one node sees at one moment. Others may see something else: reachability is for each to observe. */
export interface DowningView {
  /** The node that decides. */
  readonly self: Member;
  readonly membership: Membership;
  /** Whom this node takes for the leader; while the network is split, each side has one. */
  readonly leader: Member | undefined;
  readonly isLeader: boolean;
  /** Everybody that is unreachable and has not been downed, in any order. */
  readonly unreachable: readonly UnreachableMember[];
  /**
   * How long neither reachability nor the set of members has changed, in milliseconds. Members that are still joining
   * do not count; otherwise one that keeps crashing while it joins would put off every decision.
   */
  readonly stableForMs: number;
}

export interface DowningDecision {
  /** Who is to be downed now, for good; may be this node itself. */
  readonly down: readonly UniqueNode[];
  /** Ask again after this many milliseconds even if nothing changes. Absent: only when something has changed. */
  readonly reconsiderInMs?: number;
  /**
   * Whether the leader must make nobody up for now. A strategy that counts members asks for it while one of those is
   * unreachable: a side could otherwise take in newcomers until it is the majority.
   */
  readonly holdJoining?: boolean;
  /** A sentence for `explain()` and logs. The same as long as the reason is, so that repeats can be left out. */
  readonly because: string;
}

/**
 * Decides which members are given up when they cannot be reached. Installed by settings, the same one, with the same
 * options, on every node.
 *
 * It is asked after each change and when it said so, and answers from the view alone: no clock, no memory. What it
 * decided and was not done yet it decides again. If it throws, or gives something else, nobody is downed; the log and
 * `explain()` say why.
 */
export interface DowningStrategy {
  /** For logs and `explain()`: `static-quorum(3)`. */
  readonly name: string;
  decide(view: DowningView): DowningDecision;
}
