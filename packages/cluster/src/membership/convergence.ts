import { type Digest, sameDigest } from "./digest.js";
import { isLiving, type Member } from "./member.js";
import type { MembershipTable } from "./membership-table.js";

/**
 * Which members are known to hold the very membership that this node holds. Every node tells the leader its digest when
 * it changes, so the leader knows of convergence one message after it happened.
 */
export class Convergence {
  readonly #selfId: string;
  readonly #table: MembershipTable;
  readonly #reported = new Map<string, Digest>();

  constructor(selfId: string, table: MembershipTable) {
    this.#selfId = selfId;
    this.#table = table;
  }

  /** Notes what a peer said it holds. */
  note(nodeId: string, digest: Digest): void {
    this.#reported.set(nodeId, digest);
  }

  forget(nodeId: string): void {
    this.#reported.delete(nodeId);
  }

  /** Everybody else who counts. */
  *awaited(): IterableIterator<Member> {
    for (const member of this.#table.members()) if (member.node.id !== this.#selfId && counts(member)) yield member;
  }

  /** Members that count and are not known to agree. The cluster has converged, as far as this node knows, if none is. */
  *missing(): IterableIterator<Member> {
    const own = this.#table.digest;
    for (const member of this.#table.members()) {
      if (member.node.id === this.#selfId || !counts(member)) continue;
      if (!this.agrees(member.node.id, own)) yield member;
    }
  }

  /** Whether a peer is known to hold what this node holds. */
  agrees(nodeId: string, own: Digest = this.#table.digest): boolean {
    const reported = this.#reported.get(nodeId);
    return reported !== undefined && sameDigest(reported, own);
  }

  get converged(): boolean {
    return this.missing().next().done === true;
  }
}

/** Down and unreachable members are not waited for: they will not answer. */
function counts(member: Member): boolean {
  return member.reachability === "reachable" && isLiving(member);
}
