import { type Endpoint, formatEndpoint } from "@rollcall/core";
import { compareNodes } from "../node.js";
import type { LeadershipChange, MembershipChange, ReachabilityChange } from "./changes.js";
import { type Member, type MemberStatus, statusRank } from "./member.js";

/** Who is in the cluster, as one node saw it at one moment. Immutable; members in the order of their addresses. */
export class Membership implements Iterable<Member> {
  static readonly empty = new Membership([]);

  readonly #members: ReadonlyMap<string, Member>;
  /** Made when somebody first asks for the order. */
  #ordered: readonly Member[] | undefined;

  /** @param members at most one for each node id */
  constructor(members: Iterable<Member>) {
    const byId = new Map<string, Member>();
    for (const member of members) byId.set(member.node.id, member);
    this.#members = byId;
  }

  get size(): number {
    return this.#members.size;
  }

  /** The member with this node id. */
  get(nodeId: string): Member | undefined {
    return this.#members.get(nodeId);
  }

  /** The member at an address; of several incarnations the one that has come least far. */
  at(endpoint: Endpoint): Member | undefined {
    const address = formatEndpoint(endpoint);
    let found: Member | undefined;
    for (const member of this.#members.values()) {
      if (member.node.address !== address) continue;
      if (found === undefined || statusRank(member.status) < statusRank(found.status)) found = member;
    }
    return found;
  }

  /** Members with one of these statuses, in the order of their addresses. */
  withStatus(...statuses: MemberStatus[]): Member[] {
    return inOrder([...this.#members.values()].filter((member) => statuses.includes(member.status)));
  }

  /** The membership after a change. Applying every event of a stream to an empty membership gives the current one. */
  apply(change: MembershipChange | ReachabilityChange | LeadershipChange): Membership {
    if (change.kind === "leadership") return this;
    const members = new Map(this.#members);
    if (change.member.status === "removed") members.delete(change.member.node.id);
    else members.set(change.member.node.id, change.member);
    return new Membership(members.values());
  }

  /** What has to happen for `this` to become `later`, membership before reachability. */
  diff(later: Membership): (MembershipChange | ReachabilityChange)[] {
    const changes: (MembershipChange | ReachabilityChange)[] = [];
    for (const member of later) {
      const before = this.get(member.node.id);
      if (before?.status !== member.status || before.upNumber !== member.upNumber) {
        changes.push({ kind: "membership", member, from: before?.status, to: member.status });
      } else if (before.reachability !== member.reachability) {
        changes.push({ kind: "reachability", member });
      }
    }
    for (const member of this) {
      if (later.get(member.node.id) !== undefined) continue;
      const down: Member = { ...member, status: "down" };
      if (member.status !== "down") changes.push({ kind: "membership", member: down, from: member.status, to: "down" });
      changes.push({ kind: "membership", member: { ...down, status: "removed" }, from: "down", to: "removed" });
    }
    return changes;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    this.#ordered ??= inOrder([...this.#members.values()]);
    return this.#ordered.values();
  }

  /** One line a member, for people. */
  toString(): string {
    return [...this].map((member) => `${member.node} ${member.status} ${member.reachability}`).join("\n");
  }
}

function inOrder(members: Member[]): Member[] {
  return members.sort((a, b) => compareNodes(a.node, b.node));
}
