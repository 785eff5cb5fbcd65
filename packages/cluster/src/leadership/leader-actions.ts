import type { Member, MemberStatus } from "../membership/member.js";
import type { Membership } from "../membership/membership.js";

export interface LeaderAction {
  readonly member: Member;
  readonly to: MemberStatus;
}

/**
 * What a leader does once the membership has converged: whoever is joining becomes up, whoever is down is removed.
 * In the order of addresses, so that the numbers given to new members are the same whoever decides.
 */
export function leaderActions(membership: Membership): LeaderAction[] {
  const actions: LeaderAction[] = [];
  for (const member of membership) {
    if (member.status === "joining" && member.reachability === "reachable") actions.push({ member, to: "up" });
    else if (member.status === "down") actions.push({ member, to: "removed" });
  }
  return actions;
}
