import type { Clock, Endpoint, Random, Timer } from "@rollcall/core";
import type { Joiner, JoinOutcome, MembershipView } from "@rollcall/join/scheduler";
import { SWIM_MESSAGE_KIND, type SwimMessage } from "@rollcall/swim";
import { ACTOR_FRAME, type ActorHost } from "./actor-host.js";
import type { NodeStanding } from "./actors/actor-runtime-context.js";
import { Associations } from "./association/associations.js";
import { BoundedLogger } from "./bounded-logger.js";
import { type ClusterChange, ClusterCore } from "./cluster-core.js";
import { type Refusal, Refusals } from "./control/refusals.js";
import { Waits } from "./control/waits.js";
import { guardedDowning } from "./downing/guarded-downing.js";
import { decodeDetectorMessage, encodeDetectorMessage, isDetectorMessage } from "./failure/detector-codec.js";
import { FailureDetector } from "./failure/failure-detector.js";
import { decodeProbe, encodeProbe, isProbe, isProbeFrame } from "./failure/probe-codec.js";
import { decodeGossip, encodeGossip } from "./gossip/gossip-codec.js";
import type { ClusterMessage } from "./gossip/gossip-message.js";
import type { RejectionCode } from "./handshake/handshake-message.js";
import type { Authentication } from "./handshake/handshake-session.js";
import { mustYield, type Side } from "./handshake/yielding.js";
import type { Logger } from "./logger.js";
import { isLiving } from "./membership/member.js";
import { compareNodes, UniqueNode } from "./node.js";
import type { ClusterSettings } from "./settings.js";
import { SharedTimer } from "./shared-timer.js";
import type { Connection, Transport } from "./transport/transport.js";

/** How long a connection to a removed member stays, so that the news of its removal reaches it, in milliseconds. */
const FAREWELL_MS = 1_000;

export interface ClusterShellContext {
  readonly self: UniqueNode;
  readonly settings: ClusterSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly authentication: Authentication;
  readonly logger: Logger;
  readonly actors: ActorHost;
  /** Takes down every change, in order, in the moment in which it is made. */
  readonly note: (change: ClusterChange) => void;
  /** Hears of every change, in order. */
  readonly onChange: (change: ClusterChange) => void;
  /** The cluster says that this node is not one of it any more. */
  readonly onExpelled: (reason: string) => void;
}

/** Joins what one node decides ({@link ClusterCore}) to what it can talk to ({@link Associations}). */
export class ClusterShell implements Joiner, MembershipView {
  readonly core: ClusterCore;
  readonly associations: Associations;
  readonly detector: FailureDetector;
  readonly waits: Waits;
  /** For what others can bring about as often as they like. */
  readonly peerLog: BoundedLogger;
  /** Handshakes that one side refused. */
  readonly refusals: Refusals;
  /** Frames from members that could not be read. */
  undecodable = 0;
  readonly #context: ClusterShellContext;
  readonly #listeners = new Set<() => void>();
  /** Each looks, at its time, whether a connection is a member's. */
  readonly #looks = new Set<Timer>();

  constructor(context: ClusterShellContext) {
    const { self, settings, clock, random, transport, authentication, logger } = context;
    this.#context = context;
    this.refusals = new Refusals(clock);
    this.peerLog = new BoundedLogger(logger, clock, settings.logRate);
    this.waits = new Waits(clock);
    const shared = new SharedTimer(clock);
    this.core = new ClusterCore({
      self,
      clock: shared,
      random,
      gossip: settings.gossip,
      leadership: settings.leadership,
      formation: settings.formation,
      downing: guardedDowning(settings.downing, this.peerLog),
      tombstones: settings.tombstones,
      send: (to, message) => this.#send(to, message),
      isConnected: (nodeId) => this.associations.isOpen(nodeId),
      note: context.note,
      onChange: (change) => this.#changed(change),
      onSettled: () => this.waits.check(),
    });
    this.detector = new FailureDetector({
      selfId: self.id,
      options: settings.failureDetector,
      clock: shared,
      random,
      send: (nodeId, message) => this.#sendTo(nodeId, message),
      redial: (nodeId) => this.associations.redial(nodeId),
      renew: (nodeId) => this.associations.renew(nodeId),
      onReachability: (nodeId, reachability) => this.core.setReachability(nodeId, reachability),
    });
    this.associations = new Associations({
      options: {
        ...settings.association,
        buffer: { frames: settings.association.bufferedFrames, bytes: settings.association.bufferedBytes },
      },
      view: {
        self,
        member: (nodeId) => this.core.table.get(nodeId),
        isTombstoned: (nodeId) => this.core.table.tombstones.find(nodeId) !== undefined,
        hasRoom: (nodeId) => this.associations.hasRoom(nodeId),
        side: () => this.#side(),
      },
      authentication,
      admission: settings.admission,
      // Nothing takes no room in a handshake.
      metadata: Object.keys(settings.node.metadata).length === 0 ? undefined : settings.node.metadata,
      transport,
      clock,
      random,
      logger: this.peerLog,
      isWanted: (nodeId) => this.isMember(nodeId),
      onAssociated: (peer, dialled) => {
        const former = this.core.table.livingAt(peer)?.node;
        if (former !== undefined && former.id !== peer.id) {
          const who = { former: former.toString(), peer: peer.toString() };
          this.peerLog.info(who, "another incarnation has come to a member's address: the former one is down");
        }
        this.core.associated(peer, dialled);
        // The detector watches members alone: of one that dies before it is one, nobody would ever hear.
        if (this.core.table.get(peer.id) === undefined) {
          this.#closeUnlessMember(peer.id, settings.association.handshakeTimeoutMs);
        }
        this.detector.evidence(peer.id, "connected");
        context.actors.connected(peer.id);
      },
      onDissociated: (peer) => {
        this.core.dissociated(peer.id);
        this.detector.evidence(peer.id, "connection-lost");
        context.actors.connectionLost(peer.id);
      },
      onReplaced: (peer) => context.actors.connectionLost(peer.id),
      onUnreached: (peer, evidence) => this.detector.evidence(peer.id, evidence),
      onFrame: (peer, frame) => this.#receive(peer, frame),
      onRefused: (refusal) => this.#refused(refusal),
    });
  }

  start(): void {
    this.core.start();
  }

  /** Ends at once: what has been said is still sent, and after that nothing. */
  stop(): void {
    this.core.stop();
    this.detector.stop();
    for (const look of this.#looks) look.cancel();
    this.associations.stop();
    this.waits.end();
  }

  accept(connection: Connection): void {
    this.associations.accept(connection);
  }

  async join(endpoint: Endpoint, signal: AbortSignal): Promise<JoinOutcome> {
    const result = await this.associations.dial(endpoint, undefined, signal);
    if (result.kind === "rejected") {
      const { code, reason } = result.rejection;
      return code === ("SELF" satisfies RejectionCode) ? { kind: "self" } : { kind: "rejected", code, reason };
    }
    const { peer } = result;
    // The peer's membership comes right behind the handshake; only with it have we joined.
    const withinMs = this.#context.settings.association.handshakeTimeoutMs;
    const probe = () => this.core.table.get(peer.id);
    await this.waits.until(probe, { withinMs, signal }, () => `${peer} shook hands, but did not say who is a member.`);
    return { kind: "joined", nodeId: peer.id };
  }

  memberAt(endpoint: Endpoint): string | undefined {
    return this.core.table.livingAt(endpoint)?.node.id;
  }

  isMember(nodeId: string): boolean {
    const member = this.core.table.get(nodeId);
    return member !== undefined && isLiving(member);
  }

  memberCount(): number {
    return this.core.table.living;
  }

  standing(nodeId: string): NodeStanding {
    const { table } = this.core;
    const member = table.get(nodeId);
    if (member !== undefined) return isLiving(member) ? "member" : "gone";
    return table.tombstones.find(nodeId) === undefined ? "unknown" : "gone";
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(to: readonly UniqueNode[], message: ClusterMessage): void {
    const frame = encodeGossip(message);
    for (const peer of to) this.associations.send(peer, frame);
  }

  /** Sends what is worth nothing later: if there is no connection, at most one such frame waits for it. */
  #sendTo(nodeId: string, message: SwimMessage): void {
    const { table } = this.core;
    const probe = isProbe(message) ? encodeProbe(message, table.digest) : undefined;
    this.associations.sendSoon(nodeId, probe ?? encodeDetectorMessage(message), (id) => table.get(id)?.node);
    if (probe !== undefined && message[0] === SWIM_MESSAGE_KIND.ping) this.core.compared(nodeId);
  }

  #receive(peer: UniqueNode, frame: Uint8Array): void {
    // Most of what is said in a cluster that works; the runtime of actors sees to what it cannot read.
    if (frame[0] === ACTOR_FRAME) {
      this.#context.actors.receive(peer, frame);
      return;
    }
    try {
      if (isProbeFrame(frame)) this.#receiveProbe(peer, frame);
      else if (isDetectorMessage(frame)) this.detector.receive(peer.id, decodeDetectorMessage(frame));
      else this.core.receive(peer, decodeGossip(frame, this.toNode));
    } catch (error) {
      this.undecodable++;
      this.peerLog.warn({ peer: peer.toString(), err: error }, "a member sent something that cannot be read");
    }
  }

  #receiveProbe(peer: UniqueNode, frame: Uint8Array): void {
    const { message, digest } = decodeProbe(frame);
    this.detector.receive(peer.id, message);
    if (digest !== undefined) this.core.compare(peer, digest);
  }

  /** The node that is known already, or a new one; members all belong to our system. */
  readonly toNode = (id: string, host: string, port: number): UniqueNode => {
    const known = this.core.table.get(id)?.node;
    if (known !== undefined && known.host === host && known.port === port) return known;
    return UniqueNode.of(this.#context.self.system, host, port, id);
  };

  #changed(change: ClusterChange): void {
    if (change.kind === "membership" && change.member.node.id !== this.#context.self.id) {
      this.detector.watch(change.member.node.id, isLiving(change.member));
    }
    if (change.kind === "membership" && change.to === "removed")
      this.#closeUnlessMember(change.member.node.id, FAREWELL_MS);
    this.#context.onChange(change);
    for (const listener of this.#listeners) listener();
  }

  #closeUnlessMember(nodeId: string, inMs: number): void {
    const look = this.#context.clock.schedule(inMs, () => {
      this.#looks.delete(look);
      if (this.core.table.get(nodeId) === undefined) this.associations.close(nodeId);
    });
    this.#looks.add(look);
  }

  #refused(refusal: Refusal): void {
    const { rejection, ...circumstances } = refusal;
    const { by, code, reason } = rejection;
    if (code === "SELF") return;
    this.refusals.note(refusal);
    this.peerLog.debug({ code, reason, ...circumstances }, "handshake refused");
    if (code !== "TOMBSTONED" || by === undefined || by.nodeId === this.#context.self.id) return;
    const { table } = this.core;
    const removedThem = table.tombstones.find(by.nodeId) !== undefined || table.get(by.nodeId)?.status === "down";
    if (mustYield(this.#side(), by.side, removedThem)) this.#context.onExpelled(reason);
  }

  #side(): Side {
    let lowest = this.#context.self;
    let members = 0;
    for (const member of this.core.table.members()) {
      if (!isLiving(member) || member.reachability === "unreachable") continue;
      members++;
      if (compareNodes(member.node, lowest) < 0) lowest = member.node;
    }
    return { lowest, members };
  }
}
