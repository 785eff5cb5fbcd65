/** What can be the matter with a cluster. The codes are stable; the messages are not. */
export const CLUSTER_ERROR_CODES = Object.freeze({
  INVALID_SETTING: "a setting given by the program is unusable; the message names it",
  BIND_FAILED: "the node cannot listen where the settings say",
  CONNECT_FAILED: "nobody could be reached at the address",
  CONNECT_TIMED_OUT: "nobody answered at the address within the time allowed",
  HANDSHAKE_TIMED_OUT: "somebody accepted the connection, but did not finish the handshake in time",
  HANDSHAKE_FAILED: "what answered at the address does not speak this protocol, or broke the connection",
  JOIN_REJECTED: "the peer answered no; the rejection code says why",
  WAIT_TIMED_OUT: "what was waited for did not happen in time; the message says what was seen",
  NODE_GONE: "what was waited for can no longer happen, because the node has gone past it",
  FRAME_TOO_LARGE: "a message exceeds the size that the settings allow",
  INSECURE: "the node would listen beyond this machine with neither a secret nor TLS",
  TLS_FILE_UNREADABLE: "a file that settings.tls names cannot be read; the message names it",
  TLS_MATERIAL_INVALID: "a certificate or key in settings.tls is none, or cannot be used for this",
  TLS_PASSPHRASE_WRONG: "the key is encrypted, and settings.tls.passphrase does not open it",
  TLS_KEY_MISMATCH: "the key does not belong to the certificate",
  TLS_EXPIRED: "a certificate has expired or is not valid yet",
  TLS_UNTRUSTED: "one side does not trust who signed the certificate of the other, or was shown none",
  TLS_NAME_MISMATCH: "the certificate of whoever answers is not for the name or address that was dialled",
  TLS_PLAINTEXT: "one side speaks TLS and the other does not",
  TLS_VERSION: "the two sides have no version of TLS in common",
  TLS_FAILED: "the TLS handshake ended for another reason; the message says what is known",
  SHUT_DOWN: "the system has been shut down, or is shutting down",
} as const);

export type ClusterErrorCode = keyof typeof CLUSTER_ERROR_CODES;

const MARK = Symbol.for("@rollcall/cluster.ClusterError");

/** The one error that a cluster throws. Recognise it with {@link isClusterError}, not `instanceof`. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: ClusterErrorCode;

  /** @param message what happened, where, and what to try */
  constructor(code: ClusterErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a value is a `ClusterError`, from whichever copy of this package. */
export function isClusterError(value: unknown): value is ClusterError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
}
