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

/**
 * Whether merging `news` changes `known`, an entry of the same node id. News that is behind may still bring a number that
 * is not known here: who ignored it would end with something else than who heard it first.
 */
export function supersedes(news: MembershipEntry, known: MembershipEntry): boolean {
  if (statusRank(news.status) > statusRank(known.status)) return true;
  const { address } = known.node;
  if (areOfTwo(news, known) && (statusRank(known.status) < DOWN || news.node.address < address)) return true;
  return news.upNumber !== 0 && (known.upNumber === 0 || news.upNumber < known.upNumber);
}

/**
 * The least entry that says everything both say. Two processes with one id cannot be told apart by anybody, so that id is
 * down, at the lower of the two addresses: wherever both are heard of, and in whatever order.
 */
export function mergeEntries(a: MembershipEntry, b: MembershipEntry): MembershipEntry {
  const later = statusRank(a.status) >= statusRank(b.status) ? a : b;
  const upNumber = Math.min(a.upNumber || b.upNumber, b.upNumber || a.upNumber);
  if (!areOfTwo(a, b)) return { node: later.node, status: later.status, upNumber };
  const node = a.node.address < b.node.address ? a.node : b.node;
  return { node, status: statusRank(later.status) < DOWN ? "down" : later.status, upNumber };
}

/** Whether two entries with one node id speak of two processes. */
export function areOfTwo(a: MembershipEntry, b: MembershipEntry): boolean {
  return a.node.address !== b.node.address;
}

const DOWN = statusRank("down");

export function hashEntry(entry: MembershipEntry): Digest {
  return hashText(`${entry.node.id} ${entry.node.address} ${statusRank(entry.status)} ${entry.upNumber}`);
}
