import { UniqueNode } from "../node.js";
import { isMetadata, type Metadata } from "./metadata.js";
import { formatVersion, type ProtocolVersion, parseVersion } from "./protocol-version.js";
import type { Side } from "./yielding.js";

/**
 * The largest frame that either side accepts before the handshake is over, in bytes. The longest message has two host
 * names, a system name and a reason in it.
 */
export const MAX_HANDSHAKE_FRAME_BYTES = 4_096;

/** Why a handshake was refused. The codes are stable; `explain()` shows them. */
export const REJECTION_CODES = Object.freeze({
  INCOMPATIBLE_PROTOCOL: "the major versions of the protocol differ",
  WRONG_SYSTEM: "the systems have different names",
  WRONG_TARGET: "the offer was meant for another incarnation than the one that answers",
  SELF: "the node has reached itself",
  SAME_ADDRESS: "both nodes say that others can reach them at one and the same address",
  NODE_LEAVING: "the node that answers is leaving the cluster",
  NODE_DOWN: "the node that answers has been downed",
  TOMBSTONED: "the node has been removed from the cluster; only a new incarnation may join",
  DUPLICATE_NODE_ID: "a member at another address has the same node id",
  NOT_ADMITTED: "the admission hook of one of the two refused the other",
  UNAUTHENTICATED: "the two have no secret in common, or only one of them has a secret at all",
  CERTIFICATE_REFUSED: "one side does not accept the certificate of the other, or not for the node that it says it is",
  TOO_MANY_HANDSHAKES: "too many handshakes are under way",
  TOO_MANY_ASSOCIATIONS: "one of the two talks to as many nodes as it may",
  NOT_UNDERSTOOD: "what was sent is not a handshake of this protocol",
} as const);

export type RejectionCode = keyof typeof REJECTION_CODES;

/** Dialling side: "this is who I am; may we talk?" */
export interface Offer {
  readonly kind: "offer";
  readonly protocol: ProtocolVersion;
  readonly from: UniqueNode;
  /** The incarnation that is meant, where the dialling side means a certain one. */
  readonly targetId: string | undefined;
  /** What the dialling side says about itself, if anything. */
  readonly metadata?: Metadata;
}

/** Answering side: "we may; this is who I am". */
export interface Accept {
  readonly kind: "accept";
  /** What both will speak. */
  readonly protocol: ProtocolVersion;
  readonly from: UniqueNode;
  readonly existing: Existing;
  /** What the answering side says about itself, if anything. */
  readonly metadata?: Metadata;
}

/**
 * What the answering side holds about the dialling one already: nothing, another handshake that the dialling side began
 * and that may be over there by now, or an association that is open.
 */
export type Existing = (typeof EXISTING)[number];

const EXISTING = Object.freeze(["none", "begun", "open"] as const);

/** Dialling side: whether this connection is the one to use; another may have been quicker. */
export interface Confirm {
  readonly kind: "confirm";
  readonly use: boolean;
}

/** Answering side: "no". */
export interface Reject {
  readonly kind: "reject";
  readonly code: RejectionCode;
  readonly reason: string;
  /** With `TOMBSTONED`: who says so, and what cluster it is in. */
  readonly by?: { readonly nodeId: string; readonly side: Side };
}

/** Any of the others in a wrapping that only who knows the secret can make and open; see `secret-seal.ts`. */
export interface Sealed {
  readonly kind: "sealed";
  /** Drawn by who sends it, for this handshake alone; empty in a message after the sender's first. */
  readonly nonce: Uint8Array;
  readonly body: Uint8Array;
  readonly proof: Uint8Array;
}

export type HandshakeMessage = Offer | Accept | Confirm | Reject | Sealed;

/** How messages are sealed. Another number is another way, which this version does not know. */
const SEAL_SCHEME = 1;

/** Handshake messages are JSON, so that a look at the wire tells what goes on and any version can read a refusal. */
export function encodeHandshake(message: HandshakeMessage): Uint8Array {
  return Buffer.from(JSON.stringify({ rollcall: message.kind, ...toFields(message) }));
}

/** Reads what {@link encodeHandshake} wrote; undefined if it is anything else. Fields it does not know are ignored. */
export function decodeHandshake(frame: Uint8Array): HandshakeMessage | undefined {
  if (frame.length > MAX_HANDSHAKE_FRAME_BYTES) return undefined;
  try {
    const fields: unknown = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString());
    return typeof fields === "object" && fields !== null ? fromFields(fields as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toFields(message: HandshakeMessage): object {
  switch (message.kind) {
    case "offer":
      return {
        protocol: formatVersion(message.protocol),
        from: toNode(message.from),
        targetId: message.targetId,
        metadata: message.metadata,
      };
    case "accept":
      return {
        protocol: formatVersion(message.protocol),
        from: toNode(message.from),
        existing: message.existing,
        metadata: message.metadata,
      };
    case "confirm":
      return { use: message.use };
    case "reject":
      return { code: message.code, reason: message.reason, by: message.by && toSpeaker(message.by) };
    case "sealed": {
      const [nonce, body, proof] = [message.nonce, message.body, message.proof].map(toBase64);
      return { scheme: SEAL_SCHEME, nonce, body, proof };
    }
  }
}

function fromFields(fields: Record<string, unknown>): HandshakeMessage | undefined {
  if (fields.metadata !== undefined && !isMetadata(fields.metadata)) return undefined;
  const about = fields.metadata === undefined ? {} : { metadata: fields.metadata };
  switch (fields.rollcall) {
    case "offer": {
      const protocol = parseVersion(fields.protocol);
      const { targetId } = fields;
      if (protocol === undefined || !(targetId === undefined || typeof targetId === "string")) return undefined;
      return { kind: "offer", protocol, from: fromNode(fields.from), targetId, ...about };
    }
    case "accept": {
      const protocol = parseVersion(fields.protocol);
      const existing = EXISTING.find((each) => each === fields.existing);
      if (protocol === undefined || existing === undefined) return undefined;
      return { kind: "accept", protocol, from: fromNode(fields.from), existing, ...about };
    }
    case "confirm":
      return typeof fields.use === "boolean" ? { kind: "confirm", use: fields.use } : undefined;
    case "reject": {
      if (typeof fields.code !== "string" || !Object.hasOwn(REJECTION_CODES, fields.code)) return undefined;
      const by = fromSpeaker(fields.by);
      // It is shown to people, on terminals among other places.
      const reason = String(fields.reason)
        .slice(0, 1_000)
        .replace(/\p{Cc}+/gu, " ");
      return { kind: "reject", code: fields.code as RejectionCode, reason, ...(by && { by }) };
    }
    case "sealed": {
      const { scheme, nonce, body, proof } = fields;
      if (scheme !== SEAL_SCHEME) return undefined;
      if (typeof nonce !== "string" || typeof body !== "string" || typeof proof !== "string") return undefined;
      return { kind: "sealed", nonce: fromBase64(nonce), body: fromBase64(body), proof: fromBase64(proof) };
    }
    default:
      return undefined;
  }
}

function toSpeaker({ nodeId, side }: NonNullable<Reject["by"]>): object {
  return { nodeId, lowest: toNode(side.lowest), members: side.members };
}

function fromSpeaker(value: unknown): Reject["by"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { nodeId, lowest, members } = value as Record<string, unknown>;
  if (typeof nodeId !== "string" || !isCount(members)) return undefined;
  return { nodeId, side: { lowest: fromNode(lowest), members } };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function toNode({ system, host, port, id }: UniqueNode): object {
  return { system, host, port, id };
}

/** @throws ClusterError if it is not a node */
function fromNode(value: unknown): UniqueNode {
  const { system, host, port, id } = value as Record<"system" | "host" | "id", string> & { readonly port: number };
  return UniqueNode.of(system, host, port, id);
}
