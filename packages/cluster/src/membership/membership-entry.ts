import type { UniqueNode } from "../node.js";
import { type Digest, hashText } from "./digest.js";
import { type MemberStatus, statusRank } from "./member.js";

/**
 * What gossip says of one member. Entries of the same node form a lattice: merging takes the later status and, between
 * equal ones, the lower number; so the order in which they arrive, and how often, makes no difference (a state-based
 * CRDT; Shapiro et al., "Conflict-free Replicated Data Types", SSS 2011, section 2.2).
 */
export interface MembershipEntry {
  readonly node: UniqueNode;
  readonly status: MemberStatus;
  /** See `Member.upNumber`. */
  readonly upNumber: number;
}

/** Whether `news` says more than `known` about the same node. */
export function supersedes(news: MembershipEntry, known: MembershipEntry): boolean {
  const ahead = statusRank(news.status) - statusRank(known.status);
  if (ahead !== 0) return ahead > 0;
  return news.upNumber !== 0 && (known.upNumber === 0 || news.upNumber < known.upNumber);
}

/** The least entry that says everything both say. */
export function mergeEntries(a: MembershipEntry, b: MembershipEntry): MembershipEntry {
  const later = statusRank(a.status) >= statusRank(b.status) ? a : b;
  const numbers = [a.upNumber, b.upNumber].filter((number) => number !== 0);
  return { node: later.node, status: later.status, upNumber: numbers.length === 0 ? 0 : Math.min(...numbers) };
}

export function hashEntry(entry: MembershipEntry): Digest {
  return hashText(`${entry.node.id} ${entry.node.address} ${statusRank(entry.status)} ${entry.upNumber}`);
}
