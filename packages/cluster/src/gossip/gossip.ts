import { type Random, shuffled } from "@rollcall/core";
import type { Convergence } from "../membership/convergence.js";
import { type Digest, digestKey, sameDigest } from "../membership/digest.js";
import { isLiving, type Member, statusRank } from "../membership/member.js";
import { hashEntry, type MembershipEntry } from "../membership/membership-entry.js";
import type { MembershipTable } from "../membership/membership-table.js";
import type { UniqueNode } from "../node.js";
import type { DeltaMessage, DigestMessage, GossipMessage, PushMessage, SummaryMessage } from "./gossip-message.js";
import { Pace } from "./pace.js";
import { PeerCycle } from "./peer-cycle.js";
import { RepairBudget } from "./repair-budget.js";
import { Trickle, type TrickleOptions } from "./trickle.js";

export interface GossipOptions extends TrickleOptions {
  /** Up to this many members, whoever has news tells all of them itself; beyond, it spreads by random pushes. */
  readonly directPushMembers: number;
  /** Longest time that news is held back in a storm of it, so that it goes together, in milliseconds. */
  readonly pushSpacingMs: number;
}

export interface GossipContext {
  readonly self: UniqueNode;
  readonly table: MembershipTable;
  readonly convergence: Convergence;
  readonly options: GossipOptions;
  readonly random: Random;
  /** Hands a message to the transport; encoded once for all receivers. */
  readonly send: (to: readonly UniqueNode[], message: GossipMessage) => void;
  /** Whether a message to a peer could leave at once; reaching one that is not costs a handshake. */
  readonly isConnected: (nodeId: string) => boolean;
  /** Whom this node takes for the leader; reports go there. */
  readonly leader: () => UniqueNode | undefined;
}

interface News {
  readonly entry: MembershipEntry;
  /** From whom it came; it need not go back there. */
  readonly from: string | undefined;
}

/**
 * Keeps memberships equal. News is pushed at once (rumour mongering); besides, each node compares digests with one peer
 * a round and repairs what differs (anti-entropy; Demers et al., "Epidemic Algorithms for Replicated Database
 * Maintenance", PODC 1987, sections 1.3 and 1.4). At rest a round is one message of constant size, and need not be held
 * while pings carry the same ({@link Gossip.compared}).
 *
 * A state machine: messages and times come in, messages go to `send`. Ask {@link nextAt} when to {@link wake} it.
 */
export class Gossip {
  readonly #context: GossipContext;
  readonly #trickle: Trickle;
  readonly #peers: PeerCycle<string>;
  readonly #news = new Map<string, News>();
  readonly #pace: Pace;
  readonly #repairs: RepairBudget;
  /** Peers that were greeted and have not answered yet, and what was held at the time. */
  readonly #greeted = new Map<string, { readonly peer: UniqueNode; readonly held: Digest }>();
  #reportedTo: string | undefined;
  #reported: Digest | undefined;
  #seen: Digest;
  /** How often one node id was claimed for two addresses. */
  duplicateIds = 0;

  constructor(context: GossipContext, now: number) {
    this.#context = context;
    this.#trickle = new Trickle(context.options, context.random, now);
    this.#peers = new PeerCycle(context.random);
    this.#pace = new Pace(context.options.pushSpacingMs);
    this.#repairs = new RepairBudget(context.options.minIntervalMs);
    this.#seen = context.table.digest;
  }

  /** When {@link wake} has something to do. */
  get nextAt(): number {
    if (this.#news.size > 0 || this.#owesReport) {
      return Math.min(this.#trickle.nextAt, this.#pace.nextAt);
    }
    return this.#trickle.nextAt;
  }

  /** Something was decided here, and merged into the table: everybody has to hear of it. */
  publish(entry: MembershipEntry, now: number): void {
    this.#news.set(entry.node.id, { entry, from: undefined });
    this.#noticeChange(now);
  }

  /**
   * This node dialled somebody, and they agreed to talk: makes sure that both end up with the same. Whoever was dialled
   * waits for that: news that comes in between would reach neither by this way nor by a push.
   */
  greet(peer: UniqueNode): void {
    const { table, send } = this.#context;
    if (table.get(peer.id) === undefined) {
      this.#greeted.set(peer.id, { peer, held: table.digest });
      send([peer], { kind: "push", entries: [...table.members()], forward: true, greeting: true });
    } else {
      send([peer], { kind: "digest", digest: table.digest, answer: "different" });
    }
  }

  /** The association with somebody is gone. */
  forget(nodeId: string): void {
    this.#greeted.delete(nodeId);
  }

  receive(from: UniqueNode, message: GossipMessage, now: number): void {
    switch (message.kind) {
      case "push":
        this.#receivePush(from, message, now);
        break;
      case "digest":
        this.#receiveDigest(from, message, now);
        break;
      case "summary":
        this.#receiveSummary(from, message);
        break;
      case "delta":
        this.#receiveDelta(from, message, now);
        break;
    }
    this.#noticeChange(now);
  }

  /** Does what is due. Calling it early does no harm. */
  wake(now: number): void {
    if (now >= this.#pace.nextAt && (this.#news.size > 0 || this.#owesReport)) {
      if (this.#news.size > 0) this.#push();
      this.#report();
      this.#pace.advance(now);
    }
    if (now >= this.#trickle.nextAt) {
      this.#round();
      this.#trickle.advance(now);
    }
  }

  /** A digest has gone to a member by another way. At rest that is all that a round is for, and the next one can wait. */
  compared(nodeId: string, now: number): void {
    if (this.#trickle.restless || !this.#isLivingPeer(this.#context.table.get(nodeId))) return;
    if (this.#unreported() === undefined) this.#trickle.skip(now);
  }

  /** Tells at once what has not been told yet, however little time has passed since the last push. */
  flush(): void {
    if (this.#news.size > 0) this.#push();
    const { self, table, send } = this.#context;
    const own = table.get(self.id);
    const greeted = [...this.#greeted.values()].map(({ peer }) => peer);
    if (own === undefined || greeted.length === 0) return;
    // They have us for a member by now, and will hear from nobody else how it went on.
    send(greeted, { kind: "push", entries: [own], forward: true, greeting: false });
  }

  #receivePush(from: UniqueNode, message: PushMessage, now: number): void {
    // Whoever knows nobody has nobody to pass anything on to: all it will know is what the sender knows.
    const forward = message.forward && this.#context.table.size > 1;
    const held = this.#context.table.digest;
    this.#merge(from, message.entries, forward, now);
    if (message.greeting) this.#answerGreeting(from, message.entries);
    const greeted = this.#greeted.get(from.id);
    if (greeted === undefined || this.#context.table.get(from.id) === undefined) return;
    // The answer to our greeting. What became known here meanwhile was not pushed there.
    this.#greeted.delete(from.id);
    if (!sameDigest(greeted.held, held)) this.greet(from);
  }

  #answerGreeting(from: UniqueNode, entries: readonly MembershipEntry[]): void {
    const { table, send } = this.#context;
    const mine = table.entriesByHash();
    for (const entry of entries) mine.delete(digestKey(hashEntry(entry)));
    send([from], { kind: "push", entries: [...mine.values()], forward: true, greeting: false });
  }

  #receiveDigest(from: UniqueNode, message: DigestMessage, now: number): void {
    const { table, convergence, send } = this.#context;
    convergence.note(from.id, message.digest);
    const same = sameDigest(message.digest, table.digest);
    if (!same) this.#trickle.reset(now);
    if (!same && message.answer !== "no" && this.#repairs.spend(table.size, now)) {
      send([from], { kind: "summary", hashes: [...table.hashes()] });
    }
    if (message.answer === "always") send([from], { kind: "digest", digest: table.digest, answer: "no" });
  }

  #receiveSummary(from: UniqueNode, message: SummaryMessage): void {
    const { table, send } = this.#context;
    const mine = table.entriesByHash();
    const wanted = message.hashes.filter((hash) => !mine.delete(digestKey(hash)));
    const entries = [...mine.values()];
    if (entries.length > 0 || wanted.length > 0) send([from], { kind: "delta", entries, wanted });
  }

  #receiveDelta(from: UniqueNode, message: DeltaMessage, now: number): void {
    const { table, send } = this.#context;
    this.#merge(from, message.entries, false, now);
    if (message.wanted.length === 0) return;
    const mine = table.entriesByHash();
    const entries = message.wanted.flatMap((hash) => mine.get(digestKey(hash)) ?? []);
    if (entries.length > 0) send([from], { kind: "delta", entries, wanted: [] });
  }

  /**
   * Whether somebody's word counts on who is down. Not if it is down itself: when a split heals while each side gives up
   * the other, all would take each other's word, and nobody be left. Which side goes is settled when they shake hands.
   */
  #hasSay({ id }: UniqueNode): boolean {
    const { table } = this.#context;
    return table.get(id)?.status !== "down" && table.tombstones.find(id) === undefined;
  }

  #merge(from: UniqueNode, entries: readonly MembershipEntry[], forward: boolean, now: number): void {
    const { table, send } = this.#context;
    const removed: MembershipEntry[] = [];
    const hasSay = this.#hasSay(from);
    // The last words of a node that is dead by now may come late. Whoever lives comes to us without it.
    const isGone = table.tombstones.find(from.id) !== undefined;
    for (const entry of entries) {
      if (!hasSay && isEnd(entry) && entry.node.id !== from.id) continue;
      if (isGone && this.#isUnheardOf(entry.node)) continue;
      const result = table.merge(entry, now);
      if (result === "duplicate-id") {
        this.duplicateIds++;
        // Whoever said so does not know of the other one, and the two themselves have to learn of it.
        this.#news.set(entry.node.id, { entry: current(entry, table), from: undefined });
      } else if (result === "news" && forward) this.#news.set(entry.node.id, { entry, from: from.id });
      else if (result === "buried") removed.push({ ...entry, status: "removed" });
    }
    if (removed.length > 0) send([from], { kind: "push", entries: removed, forward: false, greeting: false });
  }

  #isUnheardOf({ id }: UniqueNode): boolean {
    const { table } = this.#context;
    return table.get(id) === undefined && table.tombstones.find(id) === undefined;
  }

  #noticeChange(now: number): void {
    if (sameDigest(this.#seen, this.#context.table.digest)) return;
    this.#seen = this.#context.table.digest;
    this.#trickle.reset(now);
  }

  #push(): void {
    const { table, options, random, send } = this.#context;
    const peers = this.#livingPeers();
    const direct = peers.length <= options.directPushMembers;
    const targets = direct ? peers : shuffled(peers, random).slice(0, fanout(peers.length));
    const news = [...this.#news.values()];
    this.#news.clear();
    for (const { entry } of news) {
      // Whoever was downed is no longer among the peers, and yet should learn of it.
      const gone = statusRank(entry.status) >= statusRank("down") && entry.node.id !== this.#context.self.id;
      if (gone) send([entry.node], { kind: "push", entries: [entry], forward: false, greeting: false });
    }
    const sources = new Set(news.map(({ from }) => from));
    const others = targets.filter((target) => !sources.has(target.id));
    const all = news.map(({ entry }) => current(entry, table));
    if (others.length > 0) send(others, { kind: "push", entries: all, forward: !direct, greeting: false });
    for (const target of targets) {
      if (!sources.has(target.id)) continue;
      const entries = news.filter(({ from }) => from !== target.id).map(({ entry }) => current(entry, table));
      if (entries.length > 0) send([target], { kind: "push", entries, forward: !direct, greeting: false });
    }
  }

  get #owesReport(): boolean {
    const { table, leader, self } = this.#context;
    const to = leader()?.id;
    if (to === undefined || to === self.id) return false;
    return to !== this.#reportedTo || this.#reported === undefined || !sameDigest(this.#reported, table.digest);
  }

  #report(): void {
    if (!this.#owesReport) return;
    const { table, leader, send } = this.#context;
    const to = leader() as UniqueNode;
    this.#reportedTo = to.id;
    this.#reported = table.digest;
    send([to], { kind: "digest", digest: table.digest, answer: "no" });
  }

  #round(): void {
    const { table, send } = this.#context;
    const own = table.digest;
    // What the leader waits for may be a report that got lost: ask.
    const missing = this.#unreported();
    if (missing !== undefined) send([missing.node], { kind: "digest", digest: own, answer: "always" });
    const peer = this.#peerForRound();
    if (peer !== undefined) send([peer], { kind: "digest", digest: own, answer: "different" });
  }

  /** Somebody for whose report this node, which leads, still waits. */
  #unreported(): Member | undefined {
    const { convergence, leader, self } = this.#context;
    return leader()?.id === self.id ? convergence.missing().next().value : undefined;
  }

  /** Repairs soon after a change go to whoever is connected; at rest everybody has a turn. */
  #peerForRound(): UniqueNode | undefined {
    const { table, isConnected, random } = this.#context;
    if (this.#trickle.restless) {
      const connected = this.#livingPeers().filter((node) => isConnected(node.id));
      if (connected.length > 0) return connected[Math.floor(random() * connected.length)];
    }
    const id = this.#peers.next(
      () => this.#livingPeers().map((node) => node.id),
      (peer) => this.#isLivingPeer(table.get(peer)),
    );
    return id === undefined ? undefined : table.get(id)?.node;
  }

  #livingPeers(): UniqueNode[] {
    const peers: UniqueNode[] = [];
    for (const member of this.#context.table.members()) if (this.#isLivingPeer(member)) peers.push(member.node);
    return peers;
  }

  #isLivingPeer(member: Member | undefined): boolean {
    return (
      member !== undefined &&
      member.node.id !== this.#context.self.id &&
      member.reachability === "reachable" &&
      isLiving(member)
    );
  }
}

/**
 * To how many random peers a node passes news on. With ln n + c a node stays without with probability e^(-e^-c) for the
 * whole cluster (Kermarrec et al., "Probabilistic Reliable Dissemination in Large-Scale Systems", IEEE TPDS 14(3),
 * 2003, section 3); c = 4 leaves 2 % of changes to anti-entropy.
 */
function fanout(peers: number): number {
  return Math.ceil(Math.log(peers)) + 4;
}

/** The entry as it stands now, which may be further on than when it was noted. */
function current(entry: MembershipEntry, table: MembershipTable): MembershipEntry {
  return entry.status === "removed" ? entry : (table.get(entry.node.id) ?? entry);
}

function isEnd({ status }: MembershipEntry): boolean {
  return status === "down" || status === "removed";
}
