import type { Clock, Random } from "@rollcall/core";
import type { Refusal } from "../control/refusals.js";
import type { AdmissionView } from "../handshake/admission.js";
import type { Authentication } from "../handshake/handshake-session.js";
import type { Metadata } from "../handshake/metadata.js";
import type { Logger } from "../logger.js";
import type { UniqueNode } from "../node.js";
import type { Transport } from "../transport/transport.js";
import type { AdmissionHook } from "./gatekeeper.js";
import type { SendBufferOptions } from "./send-buffer.js";

export interface AssociationsOptions {
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a handshake may take once connected, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** How many incoming handshakes may be under way, those included whose peer is not a member yet. */
  readonly maxHandshakes: number;
  /** The same for each address that they come from. */
  readonly maxHandshakesPerAddress: number;
  /** How many peers there may be associations with. */
  readonly maxAssociations: number;
  /** How long `admission` may take to answer, in milliseconds. */
  readonly admissionTimeoutMs: number;
  /** The largest frame an associated peer may send, in bytes. */
  readonly maxFrameBytes: number;
  readonly buffer: SendBufferOptions;
}

export interface AssociationsContext {
  readonly options: AssociationsOptions;
  readonly view: AdmissionView;
  readonly authentication: Authentication;
  /** Who else decides whom to talk to. */
  readonly admission: AdmissionHook | undefined;
  /** What this node says about itself. */
  readonly metadata: Metadata | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether the peer should be reached again when the connection to it is lost. */
  readonly isWanted: (nodeId: string) => boolean;
  /** `dialled`: it was this node that dialled. */
  readonly onAssociated: (peer: UniqueNode, dialled: boolean) => void;
  readonly onDissociated: (peer: UniqueNode) => void;
  /** Another connection takes the place of the one there was; what was sent over that may be lost. */
  readonly onReplaced: (peer: UniqueNode) => void;
  /** A wanted peer was dialled: nobody listens there, or another incarnation does. */
  readonly onUnreached: (peer: UniqueNode, evidence: "refused" | "replaced") => void;
  readonly onFrame: (peer: UniqueNode, frame: Uint8Array) => void;
  /** Somebody refused us, or we refused somebody. */
  readonly onRefused: (refusal: Refusal) => void;
}

/** What has been counted since the start. */
export interface AssociationCounters {
  sentFrames: number;
  sentBytes: number;
  receivedFrames: number;
  receivedBytes: number;
  /** Frames refused because a buffer or a socket was full. */
  droppedFrames: number;
  /** Incoming connections refused because too many handshakes were under way, in all or from one address. */
  refusedConnections: number;
}
