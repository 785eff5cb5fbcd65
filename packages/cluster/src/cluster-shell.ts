import type { Clock, Endpoint, Random, Timer } from "@rollcall/core";
import type { Joiner, JoinOutcome, MembershipView } from "@rollcall/join";
import { Associations } from "./association/associations.js";
import { type ClusterChange, ClusterCore } from "./cluster-core.js";
import { Waits } from "./control/waits.js";
import { decodeGossip, encodeGossip } from "./gossip/gossip-codec.js";
import type { GossipMessage } from "./gossip/gossip-message.js";
import type { Reject, RejectionCode } from "./handshake/handshake-message.js";
import type { Logger } from "./logger.js";
import { isLiving } from "./membership/member.js";
import { UniqueNode } from "./node.js";
import type { ClusterSettings } from "./settings.js";
import type { Connection, Transport } from "./transport/transport.js";

/** How long a connection to a removed member stays, so that the news of its removal reaches it, in milliseconds. */
const FAREWELL_MS = 1_000;

export interface ClusterShellContext {
  readonly self: UniqueNode;
  readonly settings: ClusterSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly logger: Logger;
  /** Hears of every change, in order. */
  readonly onChange: (change: ClusterChange) => void;
  /** The cluster says that this node is not one of it any more. */
  readonly onExpelled: (reason: string) => void;
}

/** Joins what one node decides ({@link ClusterCore}) to what it can talk to ({@link Associations}). */
export class ClusterShell implements Joiner, MembershipView {
  readonly core: ClusterCore;
  readonly associations: Associations;
  readonly waits: Waits;
  /** How often each rejection code was heard or given. */
  readonly rejections = new Map<string, number>();
  /** Frames from members that could not be read. */
  undecodable = 0;
  readonly #context: ClusterShellContext;
  readonly #listeners = new Set<() => void>();
  readonly #farewells = new Set<Timer>();

  constructor(context: ClusterShellContext) {
    const { self, settings, clock, random, transport, logger } = context;
    this.#context = context;
    this.waits = new Waits(clock);
    this.core = new ClusterCore({
      self,
      clock,
      random,
      gossip: settings.gossip,
      leadership: settings.leadership,
      tombstones: settings.tombstones,
      send: (to, message) => this.#send(to, message),
      isConnected: (nodeId) => this.associations.isOpen(nodeId),
      onChange: (change) => this.#changed(change),
      onSettled: () => this.waits.check(),
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
      },
      transport,
      clock,
      random,
      logger,
      isWanted: (nodeId) => this.isMember(nodeId),
      onAssociated: (peer, dialled) => this.core.associated(peer, dialled),
      onDissociated: (peer) => this.core.dissociated(peer.id),
      onFrame: (peer, frame) => this.#receive(peer, frame),
      onRejected: (rejection, peer, direction) => this.#rejected(rejection, peer, direction),
    });
  }

  start(): void {
    this.core.start();
  }

  /** Ends at once: what has been said is still sent, and after that nothing. */
  stop(): void {
    this.core.stop();
    for (const farewell of this.#farewells) farewell.cancel();
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

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(to: readonly UniqueNode[], message: GossipMessage): void {
    const frame = encodeGossip(message);
    for (const peer of to) this.associations.send(peer, frame);
  }

  #receive(peer: UniqueNode, frame: Uint8Array): void {
    let message: GossipMessage;
    try {
      message = decodeGossip(frame, this.#toNode);
    } catch (error) {
      this.undecodable++;
      this.#context.logger.warn({ peer: peer.toString(), err: error }, "a member sent something that cannot be read");
      return;
    }
    this.core.receive(peer, message);
  }

  /** The node that is known already, or a new one; members all belong to our system. */
  readonly #toNode = (id: string, host: string, port: number): UniqueNode => {
    const known = this.core.table.get(id)?.node;
    if (known !== undefined && known.host === host && known.port === port) return known;
    return new UniqueNode(this.#context.self.system, host, port, id);
  };

  #changed(change: ClusterChange): void {
    if (change.kind === "membership" && change.to === "removed") this.#bidFarewell(change.member.node.id);
    this.#context.onChange(change);
    for (const listener of this.#listeners) listener();
  }

  #bidFarewell(nodeId: string): void {
    const timer = this.#context.clock.schedule(FAREWELL_MS, () => {
      this.#farewells.delete(timer);
      this.associations.close(nodeId);
    });
    this.#farewells.add(timer);
  }

  #rejected(rejection: Reject, peer: UniqueNode | undefined, direction: "inbound" | "outbound"): void {
    const { code, reason } = rejection;
    if (code === "SELF") return;
    this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1);
    this.#context.logger.debug({ code, reason, peer: peer?.toString(), direction }, "handshake refused");
    // Refused by whom we dialled, because we have been removed there: it is for us to go.
    if (code === "TOMBSTONED" && reason.includes(this.#context.self.id)) this.#context.onExpelled(reason);
  }
}
