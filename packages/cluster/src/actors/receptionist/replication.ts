import type { Random } from "@rollcall/core";
import { PeerCycle } from "../../gossip/peer-cycle.js";
import { Trickle } from "../../gossip/trickle.js";
import { sameDigest } from "../../membership/digest.js";
import { Directory, type KnownLog } from "./directory.js";
import { type LogChange, NOTHING, type PartLimits, type Progress } from "./registration-log.js";
import type { KnownPart, ReplicationMessage } from "./replication-message.js";

export interface ReplicationOptions {
  /** How many registrations go into one message at most. */
  readonly batchSize: number;
  /** Pause between comparisons at rest, in milliseconds. */
  readonly intervalMs: number;
  /** Pause between comparisons right after a change, in milliseconds. */
  readonly minIntervalMs: number;
}

export interface ReplicationContext {
  /** The id of this node. */
  readonly selfId: string;
  readonly options: ReplicationOptions;
  readonly random: Random;
  /** The ids of the other members that have not been downed. */
  readonly members: () => Iterable<string>;
  /** Whether a node is a member, and has not been downed. */
  readonly isMember: (nodeId: string) => boolean;
  readonly send: (to: string, message: ReplicationMessage) => void;
  /** Hears of every change to what is registered, of one node at a time. */
  readonly onChange: (origin: string, change: LogChange) => void;
}

/** What a peer is being asked for, and until when its answer is waited for. */
interface Pull {
  readonly wanted: Map<string, Progress>;
  until: number;
}

/** News is held back so long if there was some just before, in milliseconds, so that it goes together. */
const PUSH_SPACING_MS = 20;
/** An answer that takes longer is not waited for any more, in milliseconds: somebody else is asked. */
const PULL_TIMEOUT_MS = 2_000;
/** Whoever connects is compared with at once, but not more often than this, in milliseconds. */
const GREETING_SPACING_MS = 50;
/** A message has at most so many characters of keys and names. */
const BATCH_CHARACTERS = 64 * 1024;
const JITTER = 0.2;

/**
 * How every node comes to know what is registered on all of them.
 *
 * What is registered here is pushed to all members, as a part of the log: one message of bounded size, however much
 * there is. Whoever lacks more, or what came before, pulls: one request at a time to each peer, for as much as one
 * message holds, which is also the acknowledgement of what it had. So nobody is sent more than it can take in, and no
 * node keeps account of what others have.
 *
 * That makes it fast; what makes it right is that every node compares a digest of fixed size with another member from
 * time to time (as membership does), and at once with one that has just connected. If they differ, the two tell how far
 * they know which logs, and each pulls what it lacks: from anybody who has it, not only from the node whose log it is.
 *
 * Differs from the receptionist of Swift's distributed actors, where every node acknowledges to every other, once a
 * second, how far it is: here a node at rest sends one small message in `intervalMs`. And from Akka's, which keeps
 * removals in the replicated data: here the log of a node goes with the node.
 */
export class Replication {
  readonly directory = new Directory();
  /** How many messages of each kind were sent, and how many registrations with them. */
  readonly counters = { digests: 0, offers: 0, pulls: 0, parts: 0, registrationsSent: 0 };
  readonly #context: ReplicationContext;
  readonly #limits: PartLimits;
  readonly #trickle: Trickle;
  readonly #cycle: PeerCycle<string>;
  readonly #pulls = new Map<string, Pull>();
  /** How far the own log was pushed. */
  #pushed: Progress = NOTHING;
  #pushedAt = Number.NEGATIVE_INFINITY;
  #pushAt = Number.POSITIVE_INFINITY;
  #greetedAt = Number.NEGATIVE_INFINITY;

  constructor(context: ReplicationContext, now: number) {
    const { options, random } = context;
    this.#context = context;
    this.#limits = { entries: options.batchSize, characters: BATCH_CHARACTERS };
    this.#trickle = new Trickle({ ...options, jitter: JITTER }, random, now);
    this.#cycle = new PeerCycle(random);
  }

  /** When {@link wake} has to be called. */
  get nextAt(): number {
    return Math.min(this.#pushAt, this.#trickle.nextAt);
  }

  /** @returns the number by which the registration is taken back */
  register(key: string, actor: string, shape: string, now: number): number {
    const { selfId, onChange } = this.#context;
    const registration = this.directory.add(selfId, key, actor, shape);
    this.#pushSoon(now);
    onChange(selfId, { added: [registration], removed: [] });
    return registration.number;
  }

  unregister(number: number, now: number): void {
    const { selfId, onChange } = this.#context;
    const registration = this.directory.remove(selfId, number);
    if (registration === undefined) return;
    this.#pushSoon(now);
    onChange(selfId, { added: [], removed: [registration] });
  }

  /** A member can be talked to that could not before, or not without losing something. */
  connected(peer: string, now: number): void {
    if (!this.#context.isMember(peer)) return;
    this.#trickle.reset(now);
    // It may take long to answer what it was asked over a connection that is gone.
    this.#pulls.delete(peer);
    if (now < this.#greetedAt + GREETING_SPACING_MS) return;
    this.#greetedAt = now;
    this.#sendDigest(peer);
  }

  /** A node was downed or removed: nothing of it is kept, and nothing is taken in any more. */
  gone(nodeId: string): void {
    this.#pulls.delete(nodeId);
    for (const { wanted } of this.#pulls.values()) wanted.delete(nodeId);
    const change = this.directory.drop(nodeId);
    if (change.removed.length > 0) this.#context.onChange(nodeId, change);
  }

  receive(from: string, message: ReplicationMessage, now: number): void {
    if (!this.#context.isMember(from)) return;
    switch (message.kind) {
      case "digest":
        if (!sameDigest(message.digest, this.directory.digest)) this.#differs(from, now);
        break;
      case "offer":
        this.#offered(from, message.logs, message.complete, now);
        break;
      case "pull":
        this.#pulled(from, message.logs);
        break;
      case "parts":
        this.#takeIn(from, message.parts, message.answers, now);
        break;
    }
  }

  wake(now: number): void {
    if (now >= this.#pushAt) this.#push(now);
    if (now < this.#trickle.nextAt) return;
    const { isMember, members } = this.#context;
    const peer = this.#cycle.next(members, isMember);
    if (peer !== undefined) this.#sendDigest(peer);
    this.#trickle.advance(now);
  }

  #pushSoon(now: number): void {
    this.#pushAt = Math.min(this.#pushAt, Math.max(now, this.#pushedAt + PUSH_SPACING_MS));
  }

  #push(now: number): void {
    this.#pushAt = Number.POSITIVE_INFINITY;
    const { members, selfId } = this.#context;
    const log = this.directory.log(selfId);
    if (log === undefined || !log.isBeyond(this.#pushed)) return;
    const part = log.part(this.#pushed, this.#limits);
    // Whoever holds all that came before takes it in, and pulls what did not fit.
    for (const peer of members()) this.#send(peer, { kind: "parts", answers: false, parts: [[selfId, part]] });
    this.#pushed = log.progress;
    this.#pushedAt = now;
    this.#trickle.reset(now);
  }

  #sendDigest(peer: string): void {
    this.#send(peer, { kind: "digest", digest: this.directory.digest });
  }

  #differs(peer: string, now: number): void {
    this.#trickle.reset(now);
    this.#send(peer, { kind: "offer", logs: [...this.directory.known()], complete: true });
  }

  #offered(from: string, logs: readonly KnownLog[], complete: boolean, now: number): void {
    this.#want(from, logs, now);
    if (!complete) return;
    const theirs = new Map(logs);
    const lacking = [...this.directory.known()].filter(([origin]) =>
      this.directory.log(origin)?.isBeyond(theirs.get(origin) ?? NOTHING),
    );
    if (lacking.length > 0) this.#send(from, { kind: "offer", logs: lacking, complete: false });
  }

  /** Pulls from a peer what it has and this node lacks, unless that comes from somebody already. */
  #want(peer: string, logs: readonly KnownLog[], now: number): void {
    const { isMember, selfId } = this.#context;
    const pull = this.#pulls.get(peer) ?? { wanted: new Map<string, Progress>(), until: 0 };
    for (const [origin, progress] of logs) {
      // Of a node that is no member here, or not any more, nothing is taken in, whoever offers it.
      if (origin === selfId || !isMember(origin) || !this.directory.isBehind(origin, progress)) continue;
      if (!this.#comesFromAnother(origin, peer, now)) pull.wanted.set(origin, progress);
    }
    if (pull.wanted.size === 0 || now < pull.until) return;
    this.#pulls.set(peer, pull);
    this.#pull(peer, pull, now);
  }

  #comesFromAnother(origin: string, peer: string, now: number): boolean {
    for (const [other, { until, wanted }] of this.#pulls) {
      if (other !== peer && now < until && wanted.has(origin)) return true;
    }
    return false;
  }

  #pull(peer: string, pull: Pull, now: number): void {
    pull.until = now + PULL_TIMEOUT_MS;
    const logs = [...pull.wanted.keys()].map((origin): KnownLog => [origin, this.directory.progress(origin)]);
    this.#send(peer, { kind: "pull", logs });
  }

  /** Answers with as much as one message holds. */
  #pulled(from: string, logs: readonly KnownLog[]): void {
    const parts: KnownPart[] = [];
    let room = this.#limits.entries;
    for (const [origin, progress] of logs) {
      if (room <= 0) break;
      const log = this.directory.log(origin);
      if (log === undefined || !log.isBeyond(progress)) continue;
      const part = log.part(progress, { ...this.#limits, entries: room });
      // What nothing is said about costs something, too.
      room -= part.registrations.length + part.removals.length + 1;
      parts.push([origin, part]);
    }
    this.#send(from, { kind: "parts", answers: true, parts });
  }

  #takeIn(from: string, parts: readonly KnownPart[], answers: boolean, now: number): void {
    const missing: KnownLog[] = [];
    let isNews = false;
    for (const [origin, part] of parts) {
      const { isMember, onChange, selfId } = this.#context;
      if (origin === selfId || !isMember(origin)) continue;
      const before = this.directory.progress(origin);
      const change = this.directory.apply(origin, part);
      isNews ||= before !== this.directory.progress(origin);
      if (change !== undefined && (change.added.length > 0 || change.removed.length > 0)) onChange(origin, change);
      if (this.directory.isBehind(origin, part.known)) missing.push([origin, part.known]);
    }
    if (isNews) this.#trickle.reset(now);
    if (answers) this.#goOn(from, isNews, now);
    this.#want(from, missing, now);
  }

  /** A peer has answered: the next request can go to it. */
  #goOn(peer: string, isNews: boolean, now: number): void {
    const pull = this.#pulls.get(peer);
    if (pull === undefined) return;
    for (const [origin, progress] of pull.wanted) {
      if (!this.directory.isBehind(origin, progress)) pull.wanted.delete(origin);
    }
    // Whoever has nothing more to say about what it offered has lost it meanwhile, or others know better.
    if (pull.wanted.size === 0 || !isNews) this.#pulls.delete(peer);
    else this.#pull(peer, pull, now);
  }

  #send(to: string, message: ReplicationMessage): void {
    const { counters } = this;
    if (message.kind === "digest") counters.digests++;
    else if (message.kind === "offer") counters.offers++;
    else if (message.kind === "pull") counters.pulls++;
    else {
      counters.parts++;
      for (const [, part] of message.parts) counters.registrationsSent += part.registrations.length;
    }
    this.#context.send(to, message);
  }
}
