import type { Member } from "../../membership/member.js";
import type { UniqueNode } from "../../node.js";

/** What there is to choose from. */
export interface AllocationSituation {
  /** Members that host the singleton, are up, and can be reached from here; in the order of their addresses. */
  readonly candidates: readonly Member[];
  readonly leader: Member | undefined;
}

/**
 * Says where a singleton is to be. Called on every node, whenever something has changed; the same on all of them, and
 * without clock, chance or memory, so that nodes that see the same choose the same.
 */
export interface SingletonAllocation {
  /** For `explain()`. */
  readonly name: string;
  /** @returns undefined if it is to be nowhere for now */
  choose(situation: AllocationSituation): UniqueNode | undefined;
}

/** On the leader, if that hosts it; otherwise on the candidate with the lowest address. */
export function onLeader(): SingletonAllocation {
  return {
    name: "leader",
    choose({ candidates, leader }) {
      const isCandidate = candidates.some(({ node }) => node.id === leader?.node.id);
      return isCandidate ? leader?.node : candidates[0]?.node;
    },
  };
}

/** On the candidate that has been up for longest: it moves less often than with {@link onLeader}. */
export function onOldest(): SingletonAllocation {
  return {
    name: "oldest",
    choose({ candidates }) {
      let oldest: Member | undefined;
      for (const member of candidates) if (oldest === undefined || member.upNumber < oldest.upNumber) oldest = member;
      return oldest?.node;
    },
  };
}
