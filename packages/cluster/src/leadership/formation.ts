import { isLiving, type Member } from "../membership/member.js";

export interface FormationOptions {
  /**
   * How many members have to be reachable, and to vote for it, before the first of them become up. More than half of the
   * nodes that will ever be started makes two clusters impossible at the first start.
   */
  readonly minimumMembers: number;
  /** How long neither the members nor the listing must have changed before the first become up, in milliseconds. */
  readonly stableMs: number;
}

/** Why nobody is made up yet, and when to look again. */
export interface FormationHold {
  readonly code: "MEMBERS" | "STABILITY" | "VOTES";
  readonly because: string;
  /** Milliseconds; absent if only a change helps. */
  readonly reconsiderInMs?: number;
}

/**
 * Whether a cluster that does not exist yet may come into being. Once somebody is up it does, and nothing is held back
 * any more.
 *
 * @param stableForMs how long neither the members nor the listing have changed, as far as this node knows
 */
export function holdFormation(
  members: Iterable<Member>,
  options: FormationOptions,
  stableForMs: number,
): FormationHold | undefined {
  let reachable = 0;
  for (const member of members) {
    // A number means that the member is, or was, up.
    if (member.upNumber > 0) return undefined;
    if (isLiving(member) && member.reachability === "reachable") reachable++;
  }
  if (reachable < options.minimumMembers) {
    const because = `${reachable} of ${options.minimumMembers} members needed to form a cluster are reachable`;
    return { code: "MEMBERS", because };
  }
  if (stableForMs >= options.stableMs) return undefined;
  const because = `members and listing have been the same for ${Math.floor(stableForMs)} of ${options.stableMs} ms`;
  return { code: "STABILITY", because, reconsiderInMs: options.stableMs - stableForMs };
}
