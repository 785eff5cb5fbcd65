import type { Clock, Random, Timer } from "@rollcall/core";
import type { DowningStrategy } from "./downing/downing-strategy.js";
import { DowningWatch } from "./downing-watch.js";
import { Gossip, type GossipOptions } from "./gossip/gossip.js";
import type { ClusterMessage } from "./gossip/gossip-message.js";
import { Election } from "./leadership/election.js";
import type { FormationHold, FormationOptions } from "./leadership/formation.js";
import { FormationGuard } from "./leadership/formation-guard.js";
import { leaderActions } from "./leadership/leader-actions.js";
import type { LeadershipOptions } from "./leadership/leadership.js";
import type { LeadershipChange, MembershipChange, ReachabilityChange } from "./membership/changes.js";
import { Convergence } from "./membership/convergence.js";
import { type Digest, sameDigest } from "./membership/digest.js";
import type { Member, MemberStatus, Reachability } from "./membership/member.js";
import { MembershipTable } from "./membership/membership-table.js";
import type { TombstonesOptions } from "./membership/tombstones.js";
import type { UniqueNode } from "./node.js";

/** Who is called so much later than it asked to be has stood still, in milliseconds. */
const STALL_MS = 100;

export type ClusterChange = MembershipChange | ReachabilityChange | LeadershipChange;

export interface ClusterCoreContext {
  readonly self: UniqueNode;
  readonly clock: Clock;
  readonly random: Random;
  readonly gossip: GossipOptions;
  readonly leadership: LeadershipOptions;
  readonly formation: FormationOptions;
  readonly downing: DowningStrategy;
  readonly tombstones: TombstonesOptions;
  readonly send: (to: readonly UniqueNode[], message: ClusterMessage) => void;
  readonly isConnected: (nodeId: string) => boolean;
  /** Hears of every change, in order, in the moment in which it is made, in the middle of things: it only takes it down. */
  readonly note: (change: ClusterChange) => void;
  /** Hears of every change, in the same order, after it has been made, and with it others that it is to hear of next. */
  readonly onChange: (change: ClusterChange) => void;
  /** Called after something was taken in, also if it changed nothing but what is known of others' views. */
  readonly onSettled: () => void;
}

/**
 * What one node decides about the cluster: holds the membership, gossips, elects, and acts if it leads. Knows nothing of
 * connections; clock, random source and the way to others are given to it.
 */
export class ClusterCore {
  readonly table: MembershipTable;
  readonly convergence: Convergence;
  readonly downing: DowningWatch;
  readonly #context: ClusterCoreContext;
  readonly #gossip: Gossip;
  readonly #election: Election;
  readonly #formation: FormationGuard;
  readonly #pending: ClusterChange[] = [];
  #leader: Member | undefined;
  #wakeUp: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #settling = false;
  #stopped = false;
  /** When members or listing changed last. */
  #changedAt: number;
  /** When downing or formation has to be looked at again though nothing changed. */
  #reconsiderAt = Number.POSITIVE_INFINITY;

  constructor(context: ClusterCoreContext) {
    this.#context = context;
    this.table = new MembershipTable(context.tombstones, (change) => {
      this.#election.note(change);
      this.#changed(change);
    });
    this.#election = new Election(() => this.table.members(), context.leadership);
    this.convergence = new Convergence(context.self.id, this.table);
    const { convergence, table } = this;
    const { formation, self, send } = context;
    this.#formation = new FormationGuard({ selfId: self.id, options: formation, table, convergence, send });
    this.#changedAt = context.clock.now();
    this.downing = new DowningWatch(context.downing, this.table, this.#changedAt);
    this.#gossip = new Gossip(
      {
        self: context.self,
        table: this.table,
        convergence: this.convergence,
        options: context.gossip,
        random: context.random,
        send: context.send,
        isConnected: context.isConnected,
        leader: () => this.#leader?.node,
      },
      context.clock.now(),
    );
  }

  get leader(): Member | undefined {
    return this.#leader;
  }

  get isLeader(): boolean {
    return this.#leader?.node.id === this.#context.self.id;
  }

  /** Why this node, which leads, makes nobody up yet, if that is so. */
  get formationHold(): FormationHold | undefined {
    if (!this.#canLead) return undefined;
    return this.#formation.hold(this.#context.clock.now() - this.#changedAt);
  }

  get selfId(): string {
    return this.#context.self.id;
  }

  get self(): Member | undefined {
    return this.table.get(this.#context.self.id);
  }

  /** How often one node id was claimed for two addresses. */
  get duplicateIds(): number {
    return this.#gossip.duplicateIds;
  }

  /** Enters the membership, alone and joining. */
  start(): void {
    const now = this.#context.clock.now();
    this.table.merge({ node: this.#context.self, status: "joining", upNumber: 0 }, now);
    this.#settle();
  }

  /** Tells what has not been told yet and ends all timers. What others send from here on is ignored. */
  stop(): void {
    // Otherwise the last word of a node that nobody leads, as when all leave at once, would never be said.
    this.#gossip.flush();
    this.#stopped = true;
    this.#wakeUp?.cancel();
    this.#wakeUp = undefined;
  }

  /**
   * An association opened. If another incarnation was known at the peer's address, that one is gone.
   *
   * @param dialled whether it was this node that dialled
   */
  associated(peer: UniqueNode, dialled: boolean): void {
    if (this.#stopped) return;
    const former = this.table.livingAt(peer);
    if (former !== undefined && former.node.id !== peer.id) this.moveTo(former.node.id, "down");
    if (dialled) this.#gossip.greet(peer);
  }

  /** The association with a peer is gone. */
  dissociated(nodeId: string): void {
    this.#gossip.forget(nodeId);
    // Whoever is no member and has gone does not come back to be forgotten.
    if (this.table.get(nodeId) === undefined) this.convergence.forget(nodeId);
  }

  receive(from: UniqueNode, message: ClusterMessage): void {
    if (this.#stopped) return;
    if (message.kind === "ballot" || message.kind === "vote") {
      this.#formation.receive(from, message, this.#leader?.node.id);
    } else {
      this.#gossip.receive(from, message, this.#context.clock.now());
    }
    this.#settle();
  }

  /** Takes in what a peer holds, as it has said with a ping. At rest that is no news, and costs next to nothing. */
  compare(from: UniqueNode, digest: Digest): void {
    if (sameDigest(digest, this.table.digest) && this.convergence.agrees(from.id)) return;
    this.receive(from, { kind: "digest", digest, answer: "different" });
  }

  /** What this node holds has just gone to a member with a ping. */
  compared(nodeId: string): void {
    const before = this.#gossip.nextAt;
    this.#gossip.compared(nodeId, this.#context.clock.now());
    if (this.#gossip.nextAt <= before || this.#settling) return;
    // At rest this puts each round off before it is due, so that nobody wakes up for it.
    this.#wakeUp?.cancel();
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#armWakeUp();
  }

  /**
   * Moves a member on and tells everybody.
   *
   * @returns whether it moved; it does not if it is unknown or as far already
   */
  moveTo(nodeId: string, status: MemberStatus): boolean {
    const moved = this.#move(nodeId, status);
    this.#settle();
    return moved;
  }

  /** Notes what the failure detector thinks of a member. */
  setReachability(nodeId: string, reachability: Reachability): void {
    this.table.setReachability(nodeId, reachability);
    this.#settle();
  }

  /** The listing changed: more nodes may be about to be found. */
  listingChanged(): void {
    this.#changedAt = this.#context.clock.now();
    this.#settle();
  }

  /** Asks the leader what it holds; {@link agreesWithLeader} tells once the answer is there. */
  askLeader(): void {
    const leader = this.#leader?.node;
    if (leader === undefined || this.isLeader) return;
    this.#gossip.wake(this.#context.clock.now());
    this.#context.send([leader], { kind: "digest", digest: this.table.digest, answer: "always" });
  }

  /** Whether the leader is known to hold what this node holds; true as well if there is nobody else to ask. */
  get agreesWithLeader(): boolean {
    const leader = this.#leader?.node;
    return leader === undefined || this.isLeader || this.convergence.agrees(leader.id);
  }

  #move(nodeId: string, status: MemberStatus): boolean {
    const now = this.#context.clock.now();
    const node = this.table.get(nodeId)?.node;
    if (node === undefined || !this.table.move(nodeId, status, now)) return false;
    this.#gossip.publish(this.table.get(nodeId) ?? { node, status, upNumber: 0 }, now);
    return true;
  }

  /** Draws the consequences of what changed, until nothing changes any more, and tells of all changes in order. */
  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#excuseStall();
    try {
      do {
        this.#announceChanges();
        this.#reconsiderAt = Number.POSITIVE_INFINITY;
        const holdJoining = this.#considerDowning();
        this.#lead(holdJoining);
      } while (this.#pending.length > 0);
    } finally {
      this.#settling = false;
    }
    this.#armWakeUp();
    this.#context.onSettled();
  }

  /** After a stall timers may run before what has come in meanwhile is read, or after it. */
  #excuseStall(): void {
    const now = this.#context.clock.now();
    const lateMs = now - this.#wakeAt;
    if (lateMs < STALL_MS) return;
    this.downing.stalled(lateMs);
    this.#wakeAt = now;
  }

  #elect(): void {
    const elected = this.#election.leader;
    const former = this.#leader;
    this.#leader = elected;
    if (elected?.node.id !== former?.node.id) this.#changed({ kind: "leadership", from: former, to: elected });
  }

  /** @returns whether the strategy wants nobody made up for now */
  #considerDowning(): boolean {
    const { self } = this;
    if (self === undefined || this.#stopped) return false;
    const decision = this.downing.decide(self, this.#leader, this.#context.clock.now());
    for (const node of decision.down) this.#move(node.id, "down");
    this.#reconsiderIn(decision.reconsiderInMs);
    return decision.holdJoining ?? false;
  }

  get #canLead(): boolean {
    return this.isLeader && !this.#stopped && this.convergence.converged;
  }

  #lead(holdJoining: boolean): void {
    if (!this.#canLead) return;
    const { formationHold } = this;
    this.#reconsiderIn(formationHold?.reconsiderInMs);
    this.#formation.proceed(formationHold, this.#context.clock.now());
    for (const { member, to } of leaderActions(this.table.snapshot)) {
      if (to === "up" && (holdJoining || formationHold !== undefined)) continue;
      this.#move(member.node.id, to);
    }
  }

  #reconsiderIn(delayMs: number | undefined): void {
    if (delayMs === undefined) return;
    this.#reconsiderAt = Math.min(this.#reconsiderAt, this.#context.clock.now() + delayMs);
  }

  #changed(change: ClusterChange): void {
    this.#context.note(change);
    this.#pending.push(change);
  }

  #announceChanges(): void {
    while (this.#pending.length > 0) {
      this.#elect();
      // Whoever is told may bring about further changes: those may have to be followed by another election.
      for (const change of this.#pending.splice(0)) this.#announce(change);
    }
  }

  #announce(change: ClusterChange): void {
    const now = this.#context.clock.now();
    if (change.kind === "membership") this.#changedAt = now;
    this.downing.note(change, now);
    if (change.kind === "membership" && change.to === "removed") this.convergence.forget(change.member.node.id);
    this.#context.onChange(change);
  }

  #armWakeUp(): void {
    const now = this.#context.clock.now();
    const at = Math.max(now, Math.min(this.#gossip.nextAt, this.#reconsiderAt));
    // A timer that rings too early is cheaper than one that is set anew with every message.
    if (this.#stopped || at >= this.#wakeAt) return;
    this.#wakeUp?.cancel();
    this.#wakeAt = at;
    this.#wakeUp = this.#context.clock.schedule(at - now, () => {
      this.#excuseStall();
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#gossip.wake(this.#context.clock.now());
      this.#settle();
    });
  }
}
