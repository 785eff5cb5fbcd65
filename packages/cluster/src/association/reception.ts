import type { Clock } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import type { Refusal } from "../control/refusals.js";
import { type AdmissionView, reject } from "../handshake/admission.js";
import { MAX_HANDSHAKE_FRAME_BYTES } from "../handshake/handshake-message.js";
import type { Authentication } from "../handshake/handshake-session.js";
import type { Metadata } from "../handshake/metadata.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import { addressIn, Crowd } from "./crowd.js";
import { candidate, type Gatekeeper } from "./gatekeeper.js";
import { InboundHandshake } from "./inbound-handshake.js";

export interface ReceptionContext {
  readonly options: {
    /** How long a handshake may take once connected, in milliseconds. */
    readonly handshakeTimeoutMs: number;
    /** How many incoming handshakes may be under way, those included whose peer is not a member yet. */
    readonly maxHandshakes: number;
    /** The same for each address that they come from. */
    readonly maxHandshakesPerAddress: number;
  };
  readonly view: AdmissionView;
  readonly authentication: Authentication;
  readonly gatekeeper: Gatekeeper;
  readonly metadata: Metadata | undefined;
  readonly clock: Clock;
  readonly isOpen: (nodeId: string) => boolean;
  /** A connection came while too many handshakes were under way, and is refused. */
  readonly onCrowded: () => void;
  readonly onConfirmed: (connection: Connection, peer: UniqueNode) => void;
  readonly onRefused: (refusal: Refusal) => void;
}

/** Those who dial this node, until they are associated or gone; and whoever waits for what becomes of one. */
export class Reception {
  readonly #context: ReceptionContext;
  readonly #handshakes = new Set<InboundHandshake>();
  /** Whoever waits for the fate of a handshake that a peer began, by the peer's id. */
  readonly #waiting = new Map<string, Set<(opened: boolean) => void>>();
  readonly #crowd: Crowd;
  #stopped = false;

  constructor(context: ReceptionContext) {
    this.#context = context;
    const { isOpen, options, view } = context;
    const limits = { inAll: options.maxHandshakes, perAddress: options.maxHandshakesPerAddress };
    this.#crowd = new Crowd(limits, (nodeId) => isOpen(nodeId) && view.member(nodeId) === undefined);
  }

  /** Peers that have dialled and shaken hands, and are not members yet. */
  get guests(): number {
    return this.#crowd.guests;
  }

  /** Incoming connections of which nobody is known to be behind them: handshakes under way, and refused ones closing. */
  get strangers(): number {
    return this.#crowd.strangers;
  }

  /** Takes an incoming connection. */
  accept(connection: Connection): void {
    const { authentication, clock, gatekeeper, isOpen, onCrowded, options, view } = this.#context;
    const address = addressIn(connection.remote);
    const room = this.#stopped ? "shut" : this.#crowd.enter(address);
    if (room !== "welcome" && !this.#stopped) onCrowded();
    // With a secret nobody is told how busy this node is.
    const isSilent = room === "crowded" && authentication.isRequired;
    if (isSilent) this.#crowd.leave(address);
    if (room === "shut" || isSilent) {
      connection.handle({ onFrame: () => {}, onClose: () => {} });
      connection.destroy();
      return;
    }
    connection.limitFrames(MAX_HANDSHAKE_FRAME_BYTES);
    let hasShakenHands = false;
    const handshake = new InboundHandshake(
      connection,
      {
        view,
        session: () => authentication.answer(connection.channelBinding),
        metadata: this.#context.metadata,
        ask: (offer) => gatekeeper.ask(candidate(offer, connection, "them")),
        existing: (nodeId) => (isOpen(nodeId) ? "open" : this.hosts(nodeId) ? "begun" : "none"),
        onConfirmed: (ended, peer) => {
          this.#handshakes.delete(ended);
          hasShakenHands = true;
          this.#crowd.seat(address, peer.id);
          this.#context.onConfirmed(connection, peer);
        },
        onEnded: (ended, rejection, refusedBy) => {
          this.#handshakes.delete(ended);
          // The peer may have dialled more than once, and have chosen another of its connections.
          if (ended.peer !== undefined && !this.hosts(ended.peer.id)) this.settle(ended.peer.id, false);
          if (rejection === undefined) return;
          const { remote } = connection;
          this.#context.onRefused({ rejection, peer: ended.peer?.toString(), remote, dialledBy: "them", refusedBy });
        },
        onReleased: () => {
          if (!hasShakenHands) this.#crowd.leave(address);
        },
      },
      (expired) => clock.schedule(options.handshakeTimeoutMs, expired),
    );
    this.#handshakes.add(handshake);
    if (room !== "crowded") return;
    const limits = `${options.maxHandshakes} in all, ${options.maxHandshakesPerAddress} from one address`;
    handshake.refuse(reject("TOO_MANY_HANDSHAKES", `as many as may be are under way already: ${limits}`));
  }

  /** Whether a peer has begun a handshake with us that is not over. */
  hosts(nodeId: string): boolean {
    for (const { peer } of this.#handshakes) if (peer?.id === nodeId) return true;
    return false;
  }

  /**
   * Resolves once a connection with a peer that dialled us is in use.
   *
   * @throws ClusterError `HANDSHAKE_FAILED` when its handshake ends without one; the reason of `aborted`
   */
  opened(peer: UniqueNode, aborted: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(peer.id) ?? new Set();
    this.#waiting.set(peer.id, waiting);
    return new Promise((resolve, reject) => {
      const listener = (opened: boolean) => {
        aborted.removeEventListener("abort", abort);
        if (opened) return resolve();
        reject(new ClusterError("HANDSHAKE_FAILED", `${peer} dialled us at the same time, and then gave up.`));
      };
      const abort = () => {
        waiting.delete(listener);
        reject(aborted.reason);
      };
      aborted.addEventListener("abort", abort);
      waiting.add(listener);
    });
  }

  /** Tells whoever waits for a peer whether there is a connection with it, whoever dialled that. */
  settle(nodeId: string, opened: boolean): void {
    const waiting = this.#waiting.get(nodeId);
    if (waiting === undefined) return;
    this.#waiting.delete(nodeId);
    for (const listener of waiting) listener(opened);
  }

  /** Breaks every handshake under way; who comes from now on is cut off. */
  stop(): void {
    this.#stopped = true;
    for (const handshake of [...this.#handshakes]) handshake.abandon();
    for (const id of [...this.#waiting.keys()]) this.settle(id, false);
  }
}
