import type { UniqueNode } from "../node.js";

/** The life of a member, in order. A status never moves back. */
export const MEMBER_STATUSES = Object.freeze(["joining", "up", "leaving", "down", "removed"] as const);

export type MemberStatus = (typeof MEMBER_STATUSES)[number];

/** What the failure detector thinks of a member. Unlike the status it goes both ways, and each node has its own view. */
export type Reachability = "reachable" | "unreachable";

/** One incarnation of a node and how far it has come. Immutable. */
export interface Member {
  readonly node: UniqueNode;
  readonly status: MemberStatus;
  readonly reachability: Reachability;
  /**
   * The how-manieth member to become `up`, from 1; 0 before that. The lower, the older: given by the leader, unique
   * within a cluster that was never split. Numbers are left out where somebody may have given them who was cut off.
   */
  readonly upNumber: number;
}

/** Where a status stands in the order of life, from 0. */
export function statusRank(status: MemberStatus): number {
  return MEMBER_STATUSES.indexOf(status);
}

/** Whether a member takes part: it has not been downed. */
export function isLiving(member: Member): boolean {
  return member.status !== "down" && member.status !== "removed";
}

/**
 * Whether a member may move from one status to another: forward only, over stations if need be, except that only a
 * member that is down can be removed.
 */
export function canMove(from: MemberStatus, to: MemberStatus): boolean {
  return to === "removed" ? from === "down" : statusRank(to) > statusRank(from);
}
