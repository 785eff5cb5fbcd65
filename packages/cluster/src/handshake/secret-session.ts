import { decodeHandshake, encodeHandshake, type HandshakeMessage, type Sealed } from "./handshake-message.js";
import {
  type HandshakeSession,
  NOTHING_IN_COMMON,
  ONLY_ANSWERING_SIDE,
  type Unread,
  unread,
} from "./handshake-session.js";
import { contextOf, type SealKeys, seal, unseal } from "./secret-seal.js";

/** How many bytes each side draws for each handshake. */
const NONCE_BYTES = 32;

const NONE = new Uint8Array();

/** What is believed although it is not sealed: it says that no secret was asked for yet. */
const IN_THE_OPEN: ReadonlySet<string> = new Set(["UNAUTHENTICATED", "CERTIFICATE_REFUSED"]);

/** Each message is of one step, so that none can be taken for another, nor sent back to whoever said it. */
const STEPS = {
  offer: Buffer.from("1 the dialling side offers"),
  answer: Buffer.from("2 the answering side answers"),
  decision: Buffer.from("3 the dialling side decides"),
} as const;

/**
 * The dialling side, with a secret. What it says: an offer, then a decision. What it reads between: an answer. The
 * answer proves that the other side knows the secret now, because this side's nonce is in it.
 */
export class SecretDialling implements HandshakeSession {
  readonly #keys: SealKeys;
  readonly #binding: Uint8Array;
  readonly #nonce: Uint8Array;
  #offerProof: Uint8Array | undefined;
  #answered: { readonly nonce: Uint8Array; readonly proof: Uint8Array } | undefined;

  constructor(keys: SealKeys, binding: Uint8Array | undefined, nonce: Uint8Array) {
    this.#keys = keys;
    this.#binding = binding ?? NONE;
    this.#nonce = nonce;
  }

  write(message: Uint8Array): Uint8Array {
    if (this.#offerProof === undefined) {
      const sealed = seal(this.#keys, contextOf(STEPS.offer, this.#binding, this.#nonce), message);
      this.#offerProof = sealed.proof;
      return encodeHandshake({ kind: "sealed", nonce: this.#nonce, ...sealed });
    }
    if (this.#answered === undefined) throw new Error("There is nothing to say before the answer.");
    const { nonce, proof } = this.#answered;
    const context = contextOf(STEPS.decision, this.#binding, this.#nonce, nonce, this.#offerProof, proof);
    return encodeHandshake({ kind: "sealed", nonce: NONE, ...seal(this.#keys, context, message) });
  }

  read(frame: Uint8Array): HandshakeMessage | Unread {
    const message = decodeHandshake(frame);
    // All that whoever does not know the secret can say. Anybody between the two could, so nothing else follows from it.
    if (message?.kind === "reject" && IN_THE_OPEN.has(message.code)) return message;
    if (message?.kind !== "sealed" || this.#offerProof === undefined || this.#answered !== undefined) return unproven();
    const { nonce, body, proof } = message;
    if (nonce.length !== NONCE_BYTES) return unproven();
    const context = contextOf(STEPS.answer, this.#binding, this.#nonce, nonce, this.#offerProof);
    const opened = unseal(this.#keys, context, body, proof);
    if (opened === undefined) return unproven();
    this.#answered = { nonce, proof };
    return inner(opened);
  }
}

/**
 * The answering side, with a secret. What it reads: an offer, then a decision. What it says between: an answer.
 *
 * An offer can be one that somebody has heard before and repeats, so nothing is done about it that would matter; and the
 * answer can be read only by who knows the secret. The decision proves that the other side knows it now, because this
 * side's nonce is in it.
 */
export class SecretAnswering implements HandshakeSession {
  readonly #keys: readonly SealKeys[];
  readonly #binding: Uint8Array;
  readonly #nonce: Uint8Array;
  readonly #isNew: (nonce: Uint8Array) => boolean;
  /** The offer that was opened, and the keys that did it. */
  #offer: { readonly keys: SealKeys; readonly nonce: Uint8Array; readonly proof: Uint8Array } | undefined;
  #answerProof: Uint8Array | undefined;
  #isOver = false;

  /**
   * @param keys of every secret that is accepted
   * @param isNew whether an offer with this nonce was never opened before; remembers it
   */
  constructor(
    keys: readonly SealKeys[],
    binding: Uint8Array | undefined,
    nonce: Uint8Array,
    isNew: (nonce: Uint8Array) => boolean,
  ) {
    this.#keys = keys;
    this.#binding = binding ?? NONE;
    this.#nonce = nonce;
    this.#isNew = isNew;
  }

  write(message: Uint8Array): Uint8Array {
    // Only what `read` gave: that the other side has proven nothing.
    if (this.#offer === undefined) return message;
    const { keys, nonce, proof } = this.#offer;
    const sealed = seal(keys, contextOf(STEPS.answer, this.#binding, nonce, this.#nonce, proof), message);
    this.#answerProof = sealed.proof;
    return encodeHandshake({ kind: "sealed", nonce: this.#nonce, ...sealed });
  }

  read(frame: Uint8Array): HandshakeMessage | Unread {
    const message = decodeHandshake(frame);
    if (this.#offer === undefined) return this.#readOffer(message);
    if (message?.kind !== "sealed" || this.#answerProof === undefined || this.#isOver) return unproven();
    const { keys, nonce, proof } = this.#offer;
    const context = contextOf(STEPS.decision, this.#binding, nonce, this.#nonce, proof, this.#answerProof);
    const opened = unseal(keys, context, message.body, message.proof);
    if (opened === undefined) return unproven();
    this.#isOver = true;
    return inner(opened);
  }

  #readOffer(message: HandshakeMessage | undefined): HandshakeMessage | Unread {
    if (message?.kind === "offer") return unread("UNAUTHENTICATED", ONLY_ANSWERING_SIDE);
    if (message?.kind === "reject" && message.code === "CERTIFICATE_REFUSED") return message;
    if (message?.kind !== "sealed" || message.nonce.length !== NONCE_BYTES) return unproven();
    const { nonce, body, proof } = message as Sealed;
    const context = contextOf(STEPS.offer, this.#binding, nonce);
    for (const keys of this.#keys) {
      const opened = unseal(keys, context, body, proof);
      if (opened === undefined) continue;
      if (!this.#isNew(nonce)) return unproven();
      this.#offer = { keys, nonce, proof };
      return inner(opened);
    }
    return unproven();
  }
}

/** Who knows the secret and does not speak as it should has another fault. */
function inner(opened: Buffer): HandshakeMessage | Unread {
  const message = decodeHandshake(opened);
  if (message !== undefined && message.kind !== "sealed") return message;
  return unread("NOT_UNDERSTOOD", "what was sealed is not a handshake of this protocol");
}

function unproven(): Unread {
  return unread("UNAUTHENTICATED", NOTHING_IN_COMMON);
}
