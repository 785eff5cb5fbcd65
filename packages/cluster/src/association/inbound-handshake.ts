import type { Timer } from "@rollcall/core";
import { isClusterError } from "../cluster-error.js";
import { type AdmissionView, admitOffer, reject } from "../handshake/admission.js";
import {
  type Accept,
  type Existing,
  encodeHandshake,
  type Offer,
  type Reject,
} from "../handshake/handshake-message.js";
import type { HandshakeSession } from "../handshake/handshake-session.js";
import type { Metadata } from "../handshake/metadata.js";
import type { ProtocolVersion } from "../handshake/protocol-version.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import type { Question } from "./gatekeeper.js";

export interface InboundHandshakeContext {
  readonly view: AdmissionView;
  /** Made when it is needed first: what the connection is bound to may not be known when it comes. */
  readonly session: () => HandshakeSession;
  /** What this node says about itself. */
  readonly metadata: Metadata | undefined;
  /** Asks whether to let in whoever made an offer; undefined if there is nothing to ask. */
  readonly ask: (offer: Offer) => Question | undefined;
  /** What exists with the peer besides this handshake. */
  readonly existing: (nodeId: string) => Existing;
  /** The peer wants the connection used. */
  readonly onConfirmed: (handshake: InboundHandshake, peer: UniqueNode) => void;
  /** It is over without an association; called once. `rejection` is what either side said, if either did. */
  readonly onEnded: (handshake: InboundHandshake, rejection: Reject | undefined, refusedBy: "us" | "them") => void;
  /** The connection is confirmed or gone, so that it no longer is a stranger's; called once, after the others. */
  readonly onReleased: () => void;
}

/** The answering side of a handshake: offer in, accept or reject out, confirmation in. */
export class InboundHandshake {
  readonly connection: Connection;
  /** Known once an offer was accepted. */
  peer: UniqueNode | undefined;
  readonly #context: InboundHandshakeContext;
  readonly #timer: Timer;
  #made: HandshakeSession | undefined;
  /** What is being asked about the peer, while there is no answer. */
  #question: Question | undefined;
  #over = false;

  /** @param startTimer arms the time-out of the whole handshake */
  constructor(connection: Connection, context: InboundHandshakeContext, startTimer: (expired: () => void) => Timer) {
    this.connection = connection;
    this.#context = context;
    this.#timer = startTimer(() => this.abandon());
    connection.handle({
      onFrame: (frame) => this.#receive(frame),
      onClose: (error) => {
        this.#end(error === undefined ? undefined : refusalBy(error));
        context.onReleased();
      },
    });
  }

  /** Breaks the connection without a word. */
  abandon(): void {
    this.connection.destroy();
    this.#end(undefined);
    this.#context.onReleased();
  }

  /** Says no, and why. */
  refuse(rejection: Reject): void {
    this.#say(rejection);
    this.connection.close();
    this.#end(rejection);
  }

  get #session(): HandshakeSession {
    this.#made ??= this.#context.session();
    return this.#made;
  }

  #say(message: Accept | Reject): void {
    this.connection.send(this.#session.write(encodeHandshake(message)));
  }

  #receive(frame: Uint8Array): void {
    if (this.#over) return;
    if (this.#question !== undefined) {
      // It is not its turn.
      this.connection.close();
      this.#end(undefined);
      return;
    }
    const message = this.#session.read(frame);
    if (this.peer === undefined) {
      if (message.kind === "offer") this.#receiveOffer(message);
      else if (message.kind === "unread") this.refuse(message.because);
      else if (message.kind === "reject") this.#hangUp(message);
      else this.refuse(reject("NOT_UNDERSTOOD", "a handshake begins with an offer"));
    } else if (message.kind === "confirm" && message.use) {
      this.#over = true;
      this.#timer.cancel();
      this.#context.onConfirmed(this, this.peer);
      this.#context.onReleased();
    } else if (message.kind === "reject") {
      this.#hangUp(message);
    } else {
      this.connection.close();
      const isUnproven = message.kind === "unread" && message.because.code === "UNAUTHENTICATED";
      this.#end(isUnproven ? message.because : undefined);
    }
  }

  /** The peer says no. */
  #hangUp(rejection: Reject): void {
    this.connection.close();
    this.#end(rejection, "them");
  }

  #receiveOffer(offer: Offer): void {
    const contradiction = this.connection.contradiction?.(offer.from);
    if (contradiction !== undefined) {
      this.refuse(reject("CERTIFICATE_REFUSED", contradiction));
      return;
    }
    const admission = admitOffer(offer, this.#context.view);
    if ("kind" in admission) {
      this.refuse(admission);
      return;
    }
    this.#question = this.#context.ask(offer);
    if (this.#question === undefined) {
      this.#accept(offer, admission.protocol);
      return;
    }
    void this.#question.answer.then((refusal) => {
      if (this.#over) return;
      this.#question = undefined;
      // Meanwhile other things may have become true.
      const still = refusal ?? admitOffer(offer, this.#context.view);
      if ("kind" in still) this.refuse(still);
      else this.#accept(offer, still.protocol);
    });
  }

  #accept(offer: Offer, protocol: ProtocolVersion): void {
    const { metadata, view } = this.#context;
    const existing = this.#context.existing(offer.from.id);
    this.peer = offer.from;
    const about = metadata === undefined ? {} : { metadata };
    this.#say({ kind: "accept", protocol, from: view.self, existing, ...about });
  }

  #end(rejection: Reject | undefined, refusedBy: "us" | "them" = "us"): void {
    if (this.#over) return;
    this.#over = true;
    this.#question?.cancel();
    this.#timer.cancel();
    this.#context.onEnded(this, rejection, refusedBy);
  }
}

/** What a connection that broke by itself says about who was there, if it does. */
function refusalBy(error: Error): Reject | undefined {
  if (!isClusterError(error)) return undefined;
  if (error.code === "TLS_UNTRUSTED" || error.code === "TLS_EXPIRED")
    return reject("CERTIFICATE_REFUSED", error.message);
  return error.code.startsWith("TLS_") ? reject("NOT_UNDERSTOOD", error.message) : undefined;
}
