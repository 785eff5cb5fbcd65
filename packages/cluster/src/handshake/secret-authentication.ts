import type { Authentication } from "./handshake-session.js";
import { sealKeys } from "./secret-seal.js";
import { SecretAnswering, SecretDialling } from "./secret-session.js";
import { SeenNonces } from "./seen-nonces.js";

/** One secret, or several that are accepted, of which the first is what a node proves with. */
export type Secret = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * Both sides of every handshake prove that they know a secret; see docs/reference/handshake.md.
 *
 * @param secret checked already; what becomes of the value later does not matter
 * @param nonce gives 32 bytes that nobody can guess, other ones each time
 */
export function secretAuthentication(secret: Secret, nonce: () => Uint8Array): Authentication {
  const keys = listSecrets(secret).map(sealKeys);
  const [first] = keys;
  if (first === undefined) throw new Error("There is no secret.");
  const seen = new SeenNonces();
  return {
    isRequired: true,
    dial: (binding) => new SecretDialling(first, binding, nonce()),
    answer: (binding) => new SecretAnswering(keys, binding, nonce(), (offered) => seen.add(offered)),
  };
}

function listSecrets(secret: Secret): readonly (string | Uint8Array)[] {
  return typeof secret === "string" || secret instanceof Uint8Array ? [secret] : secret;
}
