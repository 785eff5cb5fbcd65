import type { Timer } from "@rollcall/core";
import { ClusterError, isClusterError } from "../cluster-error.js";
import { type AdmissionView, admitPeer, reject } from "../handshake/admission.js";
import { type Accept, encodeHandshake, type HandshakeMessage, type Reject } from "../handshake/handshake-message.js";
import type { HandshakeSession } from "../handshake/handshake-session.js";
import type { Metadata } from "../handshake/metadata.js";
import { formatVersion, negotiateVersion, PROTOCOL_VERSION } from "../handshake/protocol-version.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import type { Question } from "./gatekeeper.js";

/** What the dialling side says first. */
export function encodeOffer(self: UniqueNode, targetId: string | undefined, metadata?: Metadata): Uint8Array {
  const about = metadata === undefined ? {} : { metadata };
  return encodeHandshake({ kind: "offer", protocol: PROTOCOL_VERSION, from: self, targetId, ...about });
}

/** What to do with a connection whose offer was accepted. */
export type Verdict =
  /** Use it. */
  | "use"
  /** There is an association with the peer already: drop this one. */
  | "drop"
  /** The peer's own connection to us is about to be confirmed: drop this one and wait for that. */
  | "await";

export interface OutboundHandshakeContext {
  readonly view: AdmissionView;
  readonly session: HandshakeSession;
  /** Asks whether to let in whoever answered; undefined if there is nothing to ask. */
  readonly ask: (accept: Accept) => Question | undefined;
  readonly decide: (accept: Accept) => Verdict;
}

export type OutboundResult =
  | { readonly kind: "accepted"; readonly accept: Accept; readonly verdict: Verdict }
  | { readonly kind: "rejected"; readonly rejection: Reject; readonly peer?: UniqueNode; readonly by: "us" | "them" };

/**
 * The dialling side of a handshake: offer out, accept or reject in, confirmation out. With the verdict `use` the
 * connection is the caller's, and has to be given another handler before `onResult` returns.
 *
 * @param offer see {@link encodeOffer}
 * @param startTimer arms the time-out of the handshake
 * @param onFailure gets a ClusterError `HANDSHAKE_TIMED_OUT` or `HANDSHAKE_FAILED`, or the signal's reason if it aborts
 */
export function performHandshake(
  connection: Connection,
  offer: Uint8Array,
  context: OutboundHandshakeContext,
  startTimer: (expired: () => void) => Timer,
  signal: AbortSignal,
  onResult: (result: OutboundResult) => void,
  onFailure: (error: unknown) => void,
): void {
  let over = false;
  let question: Question | undefined;
  const finish = (settle: () => void) => {
    if (over) return;
    over = true;
    question?.cancel();
    timer.cancel();
    signal.removeEventListener("abort", abort);
    settle();
  };
  const fail = (error: unknown) => {
    finish(() => {
      connection.destroy();
      onFailure(error);
    });
  };
  const abort = () => fail(signal.reason);
  const timer = startTimer(() =>
    fail(new ClusterError("HANDSHAKE_TIMED_OUT", `${connection.remote} accepted the connection, but did not answer.`)),
  );
  signal.addEventListener("abort", abort);
  // It may have aborted between the connecting and this.
  if (signal.aborted) {
    abort();
    return;
  }

  connection.handle({
    onClose: (cause) => {
      if (isClusterError(cause) && cause.code === "TLS_PLAINTEXT") return fail(cause);
      const hint =
        "It may be no node of Rollcall, or have settings.tls and this node not, or too many handshakes under way";
      const message = `${connection.remote} closed the connection during the handshake. ${hint}.`;
      fail(new ClusterError("HANDSHAKE_FAILED", message, { cause }));
    },
    onFrame: (frame) => {
      if (over) return;
      if (question !== undefined) return fail(outOfTurn(connection));
      const message = context.session.read(frame);
      const isUnproven = message.kind === "unread" && message.because.code === "UNAUTHENTICATED";
      if (message.kind === "reject" || isUnproven) {
        finish(() => {
          connection.destroy();
          if (message.kind === "reject") onResult({ kind: "rejected", rejection: message, by: "them" });
          else onResult({ kind: "rejected", rejection: message.because, by: "us" });
        });
      } else if (message.kind === "accept") {
        const peer = message.from;
        const refusal = objection(connection, message, context.view);
        question = refusal === undefined ? context.ask(message) : undefined;
        if (question === undefined) return finish(() => onResult(conclude(connection, message, context, refusal)));
        void question.answer.then((notAdmitted) => {
          // Meanwhile other things may have become true.
          const still = notAdmitted ?? admitPeer(peer, context.view);
          finish(() => onResult(conclude(connection, message, context, still)));
        });
      } else {
        fail(new ClusterError("HANDSHAKE_FAILED", `What answers at ${connection.remote} is not a node of Rollcall.`));
      }
    },
  });
  connection.send(context.session.write(offer));
}

/** What speaks against talking to whoever answered, without asking anybody. */
function objection(connection: Connection, accept: Accept, view: AdmissionView): Reject | undefined {
  const { from, protocol } = accept;
  const contradiction = connection.contradiction?.(from);
  if (contradiction !== undefined) return reject("CERTIFICATE_REFUSED", contradiction);
  if (negotiateVersion(PROTOCOL_VERSION, protocol) !== undefined) return admitPeer(from, view);
  const versions = `${formatVersion(PROTOCOL_VERSION)} was offered, ${formatVersion(protocol)} was answered`;
  return reject("INCOMPATIBLE_PROTOCOL", `protocol ${versions}`);
}

function outOfTurn({ remote }: Connection): ClusterError {
  return new ClusterError("HANDSHAKE_FAILED", `${remote} went on talking before it was its turn.`);
}

/** @param refusal why not to talk to whoever answered, if anything speaks against it */
function conclude(
  connection: Connection,
  accept: Accept,
  context: OutboundHandshakeContext,
  refusal: Reject | undefined,
): OutboundResult {
  const say = (message: HandshakeMessage) => connection.send(context.session.write(encodeHandshake(message)));
  if (refusal !== undefined) {
    say(refusal);
    connection.close();
    return { kind: "rejected", rejection: refusal, peer: accept.from, by: "us" };
  }
  const verdict = context.decide(accept);
  say({ kind: "confirm", use: verdict === "use" });
  if (verdict !== "use") connection.close();
  return { kind: "accepted", accept, verdict };
}
