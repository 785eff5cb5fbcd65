import { decodeHandshake, type HandshakeMessage, type Reject } from "./handshake-message.js";

/** A frame that is not what the other side should say here. */
export interface Unread {
  readonly kind: "unread";
  /** What to say about that. */
  readonly because: Reject;
}

/** One side of one handshake: how it puts what it says into frames, and reads what the other side says. */
export interface HandshakeSession {
  /** @param message as `encodeHandshake` makes it */
  write(message: Uint8Array): Uint8Array;
  read(frame: Uint8Array): HandshakeMessage | Unread;
}

/** Whether, and how, the two sides of a handshake prove to each other that they belong together. */
export interface Authentication {
  /** Whether who proves nothing is told nothing. */
  readonly isRequired: boolean;
  /** @param channelBinding what both ends of this connection know, and of no other; undefined without TLS */
  dial(channelBinding: Uint8Array | undefined): HandshakeSession;
  answer(channelBinding: Uint8Array | undefined): HandshakeSession;
}

/** Says and reads everything as it is. */
const PLAIN_SESSION: HandshakeSession = Object.freeze({
  write: (message: Uint8Array) => message,
  read: (frame: Uint8Array): HandshakeMessage | Unread => {
    const message = decodeHandshake(frame);
    if (message === undefined) return unread("NOT_UNDERSTOOD", "what was sent is not a handshake of this protocol");
    return message.kind === "sealed" ? unread("UNAUTHENTICATED", ONLY_DIALLING_SIDE) : message;
  },
});

/** Without a secret: whoever reaches the port may shake hands. */
export const noAuthentication: Authentication = Object.freeze({
  isRequired: false,
  dial: () => PLAIN_SESSION,
  answer: () => PLAIN_SESSION,
});

// Both sides read these in their explain(), so they say who has to do what without saying "here".
const ONLY_DIALLING_SIDE =
  "the node that dials has a secret and the one that answers has none: set the same settings.secret on every node";
export const ONLY_ANSWERING_SIDE =
  "the node that answers has a secret and the one that dials has none: set the same settings.secret on every node";
export const NOTHING_IN_COMMON =
  "the two have no secret in common: the first settings.secret of the node that dials has to be one of those of the " +
  "node that answers. If it is, somebody may be between the two";

export function unread(code: Reject["code"], reason: string): Unread {
  return { kind: "unread", because: { kind: "reject", code, reason } };
}
