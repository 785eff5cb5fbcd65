import { type Endpoint, formatEndpoint } from "@rollcall/core";
import type { UniqueNode } from "../node.js";
import type { MembershipChange, ReachabilityChange } from "./changes.js";
import { combine, type Digest, digestKey, EMPTY_DIGEST } from "./digest.js";
import { canMove, isLiving, type Member, type MemberStatus, type Reachability } from "./member.js";
import { Membership } from "./membership.js";
import { areOfTwo, hashEntry, type MembershipEntry, mergeEntries, supersedes } from "./membership-entry.js";
import { Tombstones, type TombstonesOptions } from "./tombstones.js";

/** What became of an entry that was merged. */
export type MergeResult =
  /** It brought something new. */
  | "news"
  /** It said nothing new. */
  | "known"
  /** It speaks of a node that has been removed here: whoever said so has to be told. */
  | "buried"
  /** Its node id belongs to a member at another address, too. Two processes cannot have one id: that is down now. */
  | "duplicate-id";

interface Row {
  readonly member: Member;
  readonly hash: Digest;
}

/**
 * What one node holds of the membership. Pure: time comes as an argument, changes go to the listener given.
 * All writing to the membership goes through here, so the rules of the life of a member are kept here and nowhere else.
 */
export class MembershipTable {
  readonly tombstones: Tombstones;
  readonly #rows = new Map<string, Row>();
  /** One id an address, nearly always, so there is no set for just one. */
  readonly #idsByAddress = new Map<string, string | readonly string[]>();
  readonly #onChange: (change: MembershipChange | ReachabilityChange) => void;
  #digest: Digest = EMPTY_DIGEST;
  #snapshot: Membership | undefined = Membership.empty;
  #lastUpNumber = 0;
  #living = 0;

  constructor(tombstones: TombstonesOptions, onChange: (change: MembershipChange | ReachabilityChange) => void) {
    this.tombstones = new Tombstones(tombstones);
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** How many members have not been downed. */
  get living(): number {
    return this.#living;
  }

  /** Of all members; removed ones do not count. */
  get digest(): Digest {
    return this.#digest;
  }

  /** The highest number given to a member that became up. */
  get lastUpNumber(): number {
    return this.#lastUpNumber;
  }

  /** Gives no number as low as that from here on: others may have been given those. */
  skipUpNumbers(last: number): void {
    this.#lastUpNumber = Math.max(this.#lastUpNumber, last);
  }

  /** The membership at this moment; the same object until something changes. */
  get snapshot(): Membership {
    this.#snapshot ??= new Membership(this.members());
    return this.#snapshot;
  }

  *members(): IterableIterator<Member> {
    for (const row of this.#rows.values()) yield row.member;
  }

  get(nodeId: string): Member | undefined {
    return this.#rows.get(nodeId)?.member;
  }

  /** The member at an address that has not been downed. */
  livingAt(endpoint: Endpoint): Member | undefined {
    const ids = this.#idsByAddress.get(formatEndpoint(endpoint));
    if (ids === undefined) return undefined;
    if (typeof ids === "string") return this.#ifLiving(ids);
    for (const id of ids) {
      const member = this.#ifLiving(id);
      if (member !== undefined) return member;
    }
    return undefined;
  }

  /** Every member's entry, keyed by what {@link digestKey} makes of its hash. */
  entriesByHash(): Map<string, MembershipEntry> {
    const entries = new Map<string, MembershipEntry>();
    for (const row of this.#rows.values()) entries.set(digestKey(row.hash), row.member);
    return entries;
  }

  /** The hash of every member's entry. */
  *hashes(): IterableIterator<Digest> {
    for (const row of this.#rows.values()) yield row.hash;
  }

  /** Takes in what somebody, or this node itself, says of a node. */
  merge(entry: MembershipEntry, now: number): MergeResult {
    const { id } = entry.node;
    if (this.tombstones.find(id) !== undefined) return entry.status === "removed" ? "known" : "buried";
    const known = this.#rows.get(id)?.member;
    if (entry.status === "removed") {
      this.tombstones.bury(entry.node, now);
      if (known === undefined) return "known";
      this.#remove(known);
      return "news";
    }
    if (known === undefined) {
      this.#write({ ...entry, reachability: "reachable" }, undefined);
      return "news";
    }
    if (!supersedes(entry, known)) return "known";
    const merged = { ...mergeEntries(entry, known), reachability: known.reachability };
    this.#write(merged, known.status);
    return areOfTwo(entry, known) ? "duplicate-id" : "news";
  }

  /**
   * Moves a member on, by a decision of this node.
   *
   * @returns whether it moved; a member that is unknown, or as far already, stays
   */
  move(nodeId: string, status: MemberStatus, now: number): boolean {
    const known = this.get(nodeId);
    if (known === undefined || !canMove(known.status, status)) return false;
    const upNumber = status === "up" ? this.#lastUpNumber + 1 : known.upNumber;
    return this.merge({ node: known.node, status, upNumber }, now) === "news";
  }

  /** Notes what the failure detector thinks. Not part of the digest: each node has its own view. */
  setReachability(nodeId: string, reachability: Reachability): boolean {
    const row = this.#rows.get(nodeId);
    if (row === undefined || row.member.reachability === reachability) return false;
    const member = Object.freeze({ ...row.member, reachability });
    this.#rows.set(nodeId, { member, hash: row.hash });
    this.#snapshot = undefined;
    this.#onChange({ kind: "reachability", member });
    return true;
  }

  #write(member: Member, from: MemberStatus | undefined): void {
    const { node, status, reachability, upNumber } = member;
    const plain: Member = Object.freeze({ node, status, reachability, upNumber });
    const before = this.#rows.get(node.id);
    const hash = hashEntry(plain);
    if (before !== undefined) {
      this.#digest = combine(this.#digest, before.hash);
      this.#unindex(before.member.node);
    }
    this.#index(node);
    this.#digest = combine(this.#digest, hash);
    this.#rows.set(node.id, { member: plain, hash });
    this.#living += Number(isLiving(plain)) - Number(before !== undefined && isLiving(before.member));
    this.#lastUpNumber = Math.max(this.#lastUpNumber, upNumber);
    this.#snapshot = undefined;
    this.#onChange({ kind: "membership", member: plain, from, to: status });
  }

  #remove(known: Member): void {
    if (known.status !== "down") this.#write({ ...known, status: "down" }, known.status);
    const row = this.#rows.get(known.node.id) as Row;
    this.#digest = combine(this.#digest, row.hash);
    this.#rows.delete(known.node.id);
    this.#unindex(known.node);
    this.#snapshot = undefined;
    const member: Member = Object.freeze({ ...row.member, status: "removed" });
    this.#onChange({ kind: "membership", member, from: "down", to: "removed" });
  }

  #ifLiving(nodeId: string): Member | undefined {
    const member = this.get(nodeId);
    return member !== undefined && isLiving(member) ? member : undefined;
  }

  #index({ address, id }: UniqueNode): void {
    const ids = this.#idsByAddress.get(address);
    this.#idsByAddress.set(address, ids === undefined ? id : [ids, id].flat());
  }

  #unindex({ address, id }: UniqueNode): void {
    const others = [this.#idsByAddress.get(address) ?? []].flat().filter((other) => other !== id);
    if (others.length === 0) this.#idsByAddress.delete(address);
    else this.#idsByAddress.set(address, others);
  }
}
