import type { UniqueNode } from "../../node.js";
import { ActorError } from "../actor-error.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import type { ActorId } from "../declaring/actor-id.js";
import type { CallOptions, TerminationReason } from "../declaring/actor-types.js";
import { WatchList } from "../life/watch-list.js";
import { fromFailure, undecodable } from "../wire/failure-codec.js";
import { Incoming, type RecordHandler } from "../wire/incoming.js";
import { Outgoing } from "../wire/outgoing.js";
import type { WireContext } from "../wire/wire-context.js";
import { type PendingCall, PendingCalls } from "./pending-calls.js";

/** What reasons are on the wire; more may come at the end. */
const REASONS: readonly TerminationReason[] = Object.freeze(["stopped", "unknown"]);

/** What a channel asks of the actors of this node. */
export interface PeerChannelContext extends ActorRuntimeContext {
  readonly wire: WireContext;
  readonly onCall: (from: PeerChannel, number: number, actor: string, method: string, args: readonly unknown[]) => void;
  /** The node of the channel watches an actor here, or does not any more. */
  readonly onWatch: (by: PeerChannel, actor: string, on: boolean) => void;
  readonly onMessage: (from: UniqueNode, topic: string, message: unknown) => void;
  readonly onLateAnswer: (from: PeerChannel, number: number) => void;
  /** Something that was sent could not be read. */
  readonly onUndecodable: (from: UniqueNode, why: string) => void;
}

/** All that is between the actors here and those of one other incarnation of a node. */
export class PeerChannel implements RecordHandler {
  readonly peer: UniqueNode;
  readonly pending: PendingCalls;
  /** Who here watches which actor there. */
  readonly watches = new WatchList();
  readonly outgoing: Outgoing;
  readonly #context: PeerChannelContext;
  readonly #incoming: Incoming;
  /** The last call that has been written, and the last of which the frame has left. */
  #written = 0;
  #sent = 0;
  #watchesLost = false;
  #closed = false;

  constructor(peer: UniqueNode, context: PeerChannelContext) {
    this.peer = peer;
    this.#context = context;
    const { clock, settings, wire } = context;
    const { callTimeoutMs, maxCallsInFlight, maxDepth, maxMessageBytes } = settings;
    this.pending = new PendingCalls({ clock, timeoutMs: callTimeoutMs, limit: maxCallsInFlight });
    this.#incoming = new Incoming({ wire, maxMessageBytes, maxDepth, handler: this });
    this.outgoing = new Outgoing({
      wire,
      maxMessageBytes,
      frameKind: context.frameKind,
      maxFrameBytes: context.maxFrameBytes,
      maxWaitingBytes: context.maxWaitingBytes,
      isReady: () => !this.#closed && (context.isConnected(peer.id) || context.standing(peer.id) === "member"),
      send: (frame) => {
        const isSent = context.send(peer, frame);
        if (isSent) this.#sent = this.#written;
        return isSent;
      },
      onDropped: () => this.#dropped(),
      onFlushed: () => this.#flushed(),
    });
  }

  /** Whether the node has gone, or this one is shutting down. */
  get isClosed(): boolean {
    return this.#closed;
  }

  call(to: ActorId, method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(nodeDown(to, method));
      if (options?.signal?.aborted) return reject(options.signal.reason);
      if (this.pending.isFull) return reject(this.#tooMany(to, method));
      const { number } = this.pending.add(to, method, options, resolve, reject);
      try {
        this.outgoing.call(number, to.name, method, args);
        this.#written = number;
      } catch (error) {
        this.pending.take(number);
        reject(unsent(error, to, method));
      }
    });
  }

  receive(frame: Uint8Array): void {
    const wasLost = this.#incoming.isLost;
    const before = this.#incoming.epoch;
    try {
      this.#incoming.receive(frame);
      // It began anew, maybe because it could not send something: that a watched actor is no more, for instance.
      if (before >= 0 && this.#incoming.epoch !== before) {
        this.#watchesLost = this.watches.size > 0;
        this.#watchAgain();
      }
    } catch (error) {
      this.#context.onUndecodable(this.peer, (error as Error).message);
      const { epoch } = this.#incoming;
      if (!wasLost || epoch !== before) this.write(() => this.outgoing.lost(epoch));
    }
  }

  /** Writes what nobody waits for. @returns false if that cannot be sent, which is said in the log */
  write(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#context.logger.warn(
        { peer: this.peer.toString(), err: error },
        "something for another node's actors is lost",
      );
      return false;
    }
  }

  /** There is a connection, or may be one now. */
  connected(): void {
    this.outgoing.flush();
    this.#watchAgain();
  }

  /** The connection is gone, or another one has taken its place. */
  connectionLost(): void {
    this.#watchesLost = this.watches.size > 0;
    this.outgoing.renew();
    // If another one has taken its place nobody tells that there is one.
    if (this.#context.isConnected(this.peer.id)) this.#watchAgain();
  }

  /** @param reason what calls in flight fail with */
  close(reason: (call: PendingCall) => unknown): void {
    this.#closed = true;
    this.pending.fail(reason);
  }

  onCall(number: number, actor: string, method: string, args: readonly unknown[]): void {
    this.#context.onCall(this, number, actor, method, args);
  }

  onUnreadableCall(number: number, actor: string, method: string, why: string): void {
    this.#context.onUndecodable(this.peer, why);
    const message = `The arguments of ${method} cannot be read by ${actor}: ${why}.`;
    this.write(() => this.outgoing.failure(number, ["UNDECODABLE", message]));
  }

  onResult(number: number, value: unknown): void {
    const call = this.pending.take(number);
    if (call === undefined) this.#context.onLateAnswer(this, number);
    else call.resolve(value);
  }

  onFailure(number: number, failure: unknown): void {
    const call = this.pending.take(number);
    if (call === undefined) this.#context.onLateAnswer(this, number);
    else call.reject(fromFailure(failure, detailsOf(call)));
  }

  onUnreadableAnswer(number: number, why: string): void {
    this.#context.onUndecodable(this.peer, why);
    const call = this.pending.take(number);
    call?.reject(undecodable(why, detailsOf(call)));
  }

  onWatch(actor: string, on: boolean): void {
    this.#context.onWatch(this, actor, on);
  }

  onTerminated(actor: string, reason: number): void {
    this.watches.fire(actor, REASONS[reason] ?? "stopped");
  }

  onMessage(topic: string, message: unknown): void {
    this.#context.onMessage(this.peer, topic, message);
  }

  onUnreadableMessage(topic: string, why: string): void {
    this.#context.onUndecodable(this.peer, `${topic}: ${why}`);
  }

  onLost(epoch: number): void {
    if (epoch !== this.outgoing.epoch) return;
    this.connectionLost();
  }

  /** Tells the node that an actor here is no more. */
  tellTerminated(actor: string, reason: "stopped" | "unknown"): void {
    this.write(() => this.outgoing.terminated(actor, REASONS.indexOf(reason)));
  }

  #dropped(): void {
    this.#watchesLost = this.watches.size > 0;
    const why = `Too much waits to be sent to ${this.peer}; the call has not been sent. Call more slowly, or raise settings.association.maxUnsentBytes and bufferedBytes.`;
    this.pending.fail((call) => new ActorError("CONGESTED", why, detailsOf(call)), this.#sent + 1);
  }

  #flushed(): void {
    this.pending.turned();
    if (this.#watchesLost && this.#context.isConnected(this.peer.id)) this.#watchAgain();
  }

  /** Watches may have been lost with a connection, and so may what became of the watched. */
  #watchAgain(): void {
    if (!this.#watchesLost || this.#closed) return;
    this.#watchesLost = false;
    for (const actor of this.watches.names()) this.write(() => this.outgoing.watch(actor, true));
  }

  #tooMany(to: ActorId, method: string): ActorError {
    const message = `${this.pending.size} calls to ${this.peer} are in flight; settings.actors.maxCallsInFlight allows no more.`;
    return new ActorError("TOO_MANY_CALLS", message, { actor: to.toString(), method });
  }
}

function detailsOf({ to, method }: PendingCall): { actor: string; method: string } {
  return { actor: to.toString(), method };
}

export function nodeDown(to: ActorId, method: string): ActorError {
  const message = `${to.node} is not in the cluster any more; ${method} may have been handled, if it was sent before.`;
  return new ActorError("NODE_DOWN", message, { actor: to.toString(), method });
}

/** An error of the channel, with what the call was. */
function unsent(error: unknown, to: ActorId, method: string): unknown {
  if (!(error instanceof ActorError)) return error;
  const message = `${method} of ${to} was not called. ${error.message}`;
  return new ActorError(error.code, message, { actor: to.toString(), method, cause: error.cause });
}
