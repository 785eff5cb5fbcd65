import { type Endpoint, formatEndpoint } from "@rollcall/core";
import type { JoinRequestOptions } from "@rollcall/join/scheduler";
import { ClusterError } from "../cluster-error.js";
import { MEMBER_STATUSES, type Member, type MemberStatus, statusRank } from "../membership/member.js";
import type { Membership } from "../membership/membership.js";
import { Node, UniqueNode } from "../node.js";
import type { ClusterEvent } from "./cluster-events.js";
import type { ClusterExplanation } from "./cluster-explanation.js";
import { requireArgument, type WaitOptions, type Waits } from "./waits.js";

/** What `waitFor` can wait for besides certain nodes. */
export interface WaitForMembers extends WaitOptions {
  /** How many members there have to be with the status. */
  readonly atLeast: number;
  /** Default `up`. */
  readonly status?: MemberStatus;
}

/** What a control works with. */
export interface ClusterControlContext {
  readonly self: UniqueNode;
  readonly waits: Waits;
  readonly events: AsyncIterable<ClusterEvent>;
  readonly membership: () => Membership;
  readonly leader: () => Member | undefined;
  readonly isRemoved: (nodeId: string) => boolean;
  readonly join: (endpoint: Endpoint, options: JoinRequestOptions) => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly down: (nodeId: string) => boolean;
  readonly explain: () => ClusterExplanation;
}

/** The handle on the cluster that one node has: `system.cluster`. */
export class ClusterControl {
  readonly #context: ClusterControlContext;

  constructor(context: ClusterControlContext) {
    this.#context = context;
  }

  /** This node. */
  get self(): UniqueNode {
    return this.#context.self;
  }

  /** Who is a member, as this node sees it now. */
  get membership(): Membership {
    return this.#context.membership();
  }

  /** Who leads, as this node sees it now. */
  get leader(): Member | undefined {
    return this.#context.leader();
  }

  /** A snapshot, then every change in order; each loop over it is a subscription of its own. */
  get events(): AsyncIterable<ClusterEvent> {
    return this.#context.events;
  }

  /**
   * Joins whoever is at an address, and so the cluster that is there. Tries again until it succeeds.
   *
   * @param to a node, an endpoint, or `host:port`
   * @throws JoinError `GAVE_UP` after `maxAttempts`; the signal's reason if it aborts
   */
  async join(to: Endpoint | string, options: JoinRequestOptions = {}): Promise<void> {
    const endpoint = typeof to === "string" ? Node.parse(to, this.self.system) : to;
    if (endpoint instanceof Node && endpoint.system !== this.self.system) {
      const message = `${endpoint} is of another system than this node, ${this.self}; they cannot be in one cluster.`;
      throw new ClusterError("JOIN_REJECTED", message);
    }
    await this.#context.join(endpoint, options);
  }

  /** Leaves the cluster gracefully and shuts the system down; the same as `system.shutdown()`. */
  leave(): Promise<void> {
    return this.#context.leave();
  }

  /**
   * Declares a member dead, for good: it is removed, and only another incarnation can join at its address.
   *
   * @param member as it is in the membership, or where it is: an endpoint, or `host:port`
   * @returns false if it is not a member, or down already
   */
  down(member: Member | UniqueNode | Endpoint | string): boolean {
    const node = typeof member === "object" && "node" in member ? member.node : this.#nodeFor(member);
    const id = node instanceof UniqueNode ? node.id : this.membership.at(node)?.node.id;
    return id !== undefined && this.#context.down(id);
  }

  /** Waits until this node is up. Rejects with `NODE_GONE` if that cannot be any more. */
  joined(options?: WaitOptions): Promise<Member>;
  /** Waits until the member at an address is up. */
  joined(node: Endpoint | UniqueNode | string, options?: WaitOptions): Promise<Member>;
  async joined(first: Endpoint | UniqueNode | string | WaitOptions = {}, second: WaitOptions = {}): Promise<Member> {
    const isNode = typeof first === "string" || "host" in first;
    const [member] = await this.waitFor([isNode ? first : this.self], "up", isNode ? second : first);
    return member as Member;
  }

  /**
   * Waits until each of these nodes has a status: exactly that for `joining` and `up`, that or a later one for the rest.
   * A node that is unknown and tombstoned counts as removed. Settles on events; nothing is polled.
   *
   * @param nodes each an endpoint, `host:port`, or one incarnation
   * @throws ClusterError `WAIT_TIMED_OUT`, saying what was seen; `NODE_GONE` if a node is past the status; `SHUT_DOWN`;
   * `INVALID_SETTING` for arguments that cannot be used
   */
  waitFor(
    nodes: Iterable<Endpoint | UniqueNode | string>,
    status: MemberStatus,
    options?: WaitOptions,
  ): Promise<Member[]>;
  /** Waits until there are at least so many members with a status, and gives them. */
  waitFor(members: WaitForMembers): Promise<Member[]>;
  async waitFor(
    what: Iterable<Endpoint | UniqueNode | string> | WaitForMembers,
    status: MemberStatus = "up",
    options: WaitOptions = {},
  ): Promise<Member[]> {
    const { waits } = this.#context;
    if (!isIterable(what)) {
      const { atLeast, status: wanted = "up" } = what;
      const isCount = Number.isInteger(atLeast) && atLeast >= 0;
      requireArgument("waitFor", "atLeast", atLeast, isCount, "how many members to wait for, or give a list of nodes");
      requireStatus(wanted);
      const found = () => this.membership.withStatus(wanted);
      const probe = () => (found().length >= atLeast ? found() : undefined);
      const isEnough = () => `${found().length} of ${atLeast} members are ${wanted}. ${this.#seen()}`;
      return await waits.until(probe, what, isEnough);
    }
    requireStatus(status);
    let nodes: (Endpoint | UniqueNode)[] = [...what].map((node) => this.#nodeFor(node));
    const names = nodes.map(formatEndpoint).join(", ");
    const probe = () => {
      // Whoever is to go is the one who is there: an address tells nothing any more once its member is removed.
      if (isOnTheWayOut(status)) nodes = nodes.map((node) => this.#nodeAt(node));
      const members = nodes.map((node) => this.#at(node, status));
      return members.includes(undefined) ? undefined : (members as Member[]);
    };
    return await waits.until(probe, options, () => `${names} ${status}. ${this.#seen()}`);
  }

  /** Everything this node knows about why things are as they are. */
  explain(): ClusterExplanation {
    return this.#context.explain();
  }

  /** Where somebody is, from what the program says. */
  #nodeFor(given: Endpoint | UniqueNode | string): Endpoint | UniqueNode {
    if (typeof given === "string") return Node.parse(given, this.self.system);
    const isEndpoint = typeof given?.host === "string";
    requireArgument("cluster", "node", given, isEndpoint, "a node, { host, port } or host:port");
    return given;
  }

  /** The member for a node, if it has the status; throws if it never will. */
  #at(node: Endpoint | UniqueNode, wanted: MemberStatus): Member | undefined {
    const id = node instanceof UniqueNode ? node.id : undefined;
    const member = id === undefined ? this.membership.at(node) : this.membership.get(id);
    if (member === undefined) {
      if (id === undefined || !this.#context.isRemoved(id)) return undefined;
      if (!isOnTheWayOut(wanted)) throw gone(String(node), "removed", wanted);
      return { node: node as UniqueNode, status: "removed", reachability: "reachable", upNumber: 0 };
    }
    if (member.status === wanted) return member;
    const past = statusRank(member.status) > statusRank(wanted);
    if (past && !isOnTheWayOut(wanted)) {
      // At an address, another incarnation may come.
      if (id !== undefined) throw gone(member.node.toString(), member.status, wanted);
      return undefined;
    }
    return past ? member : undefined;
  }

  #nodeAt(node: Endpoint | UniqueNode): Endpoint | UniqueNode {
    return node instanceof UniqueNode ? node : (this.membership.at(node)?.node ?? node);
  }

  #seen(): string {
    const members = [...this.membership].map((member) => `${member.node.address} ${member.status}`);
    const seen = `Seen: ${members.join(", ") || "nobody"}.`;
    const { join, situation } = this.explain();
    if (situation.code === "UP") return seen;
    if (situation.code === "NOBODY_FOUND") return `${seen} No other member is known yet. ${join.situation.message}`;
    return `${seen} Why this node is not up: ${situation.message}.`;
  }
}

function isIterable(value: object): value is Iterable<Endpoint | UniqueNode | string> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function requireStatus(status: unknown): void {
  const isStatus = MEMBER_STATUSES.includes(status as MemberStatus);
  requireArgument("waitFor", "status", status, isStatus, `one of ${MEMBER_STATUSES.join(", ")}`);
}

/** Whether a node that has the status can be said to have it still when it has gone further. */
function isOnTheWayOut(status: MemberStatus): boolean {
  return status !== "joining" && status !== "up";
}

function gone(node: string, is: MemberStatus, wanted: MemberStatus): ClusterError {
  return new ClusterError("NODE_GONE", `${node} is ${is}; it cannot become ${wanted} any more.`);
}
