import type { Timer } from "@rollcall/core";
import type { UniqueNode } from "../../node.js";
import type { TerminationReason } from "../declaring/actor-types.js";
import { nodeDown, PeerChannel, type PeerChannelContext } from "./peer-channel.js";
import type { PendingCall } from "./pending-calls.js";

/** The other nodes whose actors this one has to do with: a channel to each, until it has gone. */
export class Peers {
  readonly #context: PeerChannelContext;
  readonly #onClosed: (channel: PeerChannel) => void;
  readonly #channels = new Map<string, PeerChannel>();
  /** Run while nodes are neither members nor known to have gone. */
  readonly #doubts = new Map<string, Timer>();
  #stopped = false;

  constructor(context: PeerChannelContext, onClosed: (channel: PeerChannel) => void) {
    this.#context = context;
    this.#onClosed = onClosed;
  }

  get callsInFlight(): number {
    let calls = 0;
    for (const { pending } of this.#channels.values()) calls += pending.size;
    return calls;
  }

  /** The channel to a node; none if it has gone, or everything has ended. */
  readonly to = (peer: UniqueNode): PeerChannel | undefined => {
    const known = this.#channels.get(peer.id);
    if (known !== undefined) return known;
    const { clock, settings, standing } = this.#context;
    const stands = standing(peer.id);
    if (stands === "gone" || this.#stopped) return undefined;
    const channel = new PeerChannel(peer, this.#context);
    this.#channels.set(peer.id, channel);
    if (stands === "unknown") {
      // Somebody told us of an actor there before gossip told of the node; or the node has long been forgotten.
      const timer = clock.schedule(settings.callTimeoutMs, () => {
        this.#doubts.delete(peer.id);
        if (standing(peer.id) !== "member" && !this.#context.isConnected(peer.id)) this.lose(peer.id);
      });
      this.#doubts.set(peer.id, timer);
    }
    return channel;
  };

  find(nodeId: string): PeerChannel | undefined {
    return this.#channels.get(nodeId);
  }

  /** Sends what has been written, rather than at the end of the turn. */
  flush(): void {
    for (const { outgoing } of this.#channels.values()) outgoing.flush();
  }

  /** A node has gone: what is in flight to it fails, and whoever watches an actor there is told. */
  lose(nodeId: string): void {
    this.#close(nodeId, ({ to, method }) => nodeDown(to, method), "node-down");
  }

  /** Ends everything; nobody is told that an actor elsewhere is no more, as it is this node that goes. */
  stop(reason: (call: PendingCall) => unknown): void {
    this.#stopped = true;
    for (const id of [...this.#channels.keys()]) this.#close(id, reason, undefined);
  }

  #close(nodeId: string, reason: (call: PendingCall) => unknown, told: TerminationReason | undefined): void {
    const channel = this.#channels.get(nodeId);
    this.#doubts.get(nodeId)?.cancel();
    this.#doubts.delete(nodeId);
    if (channel === undefined) return;
    this.#channels.delete(nodeId);
    channel.close(reason);
    this.#onClosed(channel);
    if (told !== undefined) channel.watches.fireAll(told);
  }
}
