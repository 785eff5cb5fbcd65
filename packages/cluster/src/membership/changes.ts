import type { Member, MemberStatus } from "./member.js";

/**
 * A member appeared, moved on, or went. `from` and `to` are the same when only its number changed, as it does when two
 * clusters that formed apart meet.
 */
export interface MembershipChange {
  readonly kind: "membership";
  readonly member: Member;
  /** Absent when the member was not known before. */
  readonly from: MemberStatus | undefined;
  readonly to: MemberStatus;
}

/** The failure detector of this node changed its mind about a member. */
export interface ReachabilityChange {
  readonly kind: "reachability";
  readonly member: Member;
}

/** Somebody else leads, as this node sees it, or nobody does. */
export interface LeadershipChange {
  readonly kind: "leadership";
  readonly from: Member | undefined;
  readonly to: Member | undefined;
}
