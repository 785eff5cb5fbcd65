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
