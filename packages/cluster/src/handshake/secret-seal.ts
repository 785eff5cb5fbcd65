import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";

/** What is made of one secret. Kept in objects that do not show their bytes. */
export interface SealKeys {
  readonly proof: KeyObject;
  readonly encryption: KeyObject;
}

const PROOF_BYTES = 32;

/** The IV of AES in counter mode. */
const IV_BYTES = 16;

/** Two keys of their own from a secret, by HMAC-SHA-256 with a label each. */
export function sealKeys(secret: string | Uint8Array): SealKeys {
  const derive = (label: string) =>
    createSecretKey(createHmac("sha256", secret).update(`rollcall handshake 1 ${label}`).digest());
  return Object.freeze({ proof: derive("proof"), encryption: derive("encryption") });
}

/**
 * Proves knowledge of the secret and hides a message from who does not know it: HMAC-SHA-256 over the context and the
 * message, then AES-256 in counter mode with half of that proof as the IV. That is the synthetic IV of RFC 5297 with
 * other parts, chosen because a nonce that comes twice gives away no more than that the same was said twice.
 *
 * @param context what the message belongs to; it opens only with the same
 */
export function seal(
  keys: SealKeys,
  context: Uint8Array,
  message: Uint8Array,
): { body: Uint8Array; proof: Uint8Array } {
  const proof = prove(keys, context, message);
  const cipher = createCipheriv("aes-256-ctr", keys.encryption, proof.subarray(0, IV_BYTES));
  return { body: cipher.update(message), proof };
}

/** The message that {@link seal} was given; undefined if the keys, the context or anything else is not the same. */
export function unseal(keys: SealKeys, context: Uint8Array, body: Uint8Array, proof: Uint8Array): Buffer | undefined {
  if (proof.length !== PROOF_BYTES) return undefined;
  const message = createDecipheriv("aes-256-ctr", keys.encryption, proof.subarray(0, IV_BYTES)).update(body);
  return timingSafeEqual(proof, prove(keys, context, message)) ? message : undefined;
}

/** Puts parts together so that no other parts give the same: each behind its length in four bytes. */
export function contextOf(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
}

function prove(keys: SealKeys, context: Uint8Array, message: Uint8Array): Buffer {
  return createHmac("sha256", keys.proof).update(lengthOf(context)).update(context).update(message).digest();
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
