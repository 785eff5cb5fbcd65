/** What can be the matter with an explicit request to join, or with how a scheduler was made. Stable; messages are not. */
export const JOIN_ERROR_CODES = Object.freeze({
  GAVE_UP: "an explicit request used up its maxAttempts; the message and `lastCode` say how the last one ended",
  STOPPED: "the scheduler was stopped before the request was fulfilled, or asked after it had been stopped",
  TOO_MANY_ENDPOINTS: "maxEndpoints are tracked already, so the request was not accepted",
  INVALID_ENDPOINT: "an explicit request named something that is not a host and a port",
  INVALID_OPTION: "an option or a collaborator given by the program is missing or unusable; thrown at construction",
} as const);

export type JoinErrorCode = keyof typeof JOIN_ERROR_CODES;

export interface JoinErrorDetails {
  /** `host:port` of the endpoint concerned. */
  readonly endpoint?: string;
  /** How many attempts were made for the request. */
  readonly attempts?: number;
  /** How the last attempt ended: a rejection code such as `WRONG_SYSTEM`, or an error code such as `ECONNREFUSED`. */
  readonly lastCode?: string;
  readonly cause?: unknown;
}

const MARK = Symbol.for("@rollcall/join.JoinError");

/**
 * The one error this package throws. Recognise it with {@link isJoinError}, not `instanceof`: two copies of this
 * package may be installed.
 */
export class JoinError extends Error {
  override readonly name = "JoinError";
  readonly code: JoinErrorCode;
  readonly endpoint: string | undefined;
  readonly attempts: number | undefined;
  readonly lastCode: string | undefined;

  constructor(code: JoinErrorCode, message: string, details: JoinErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.endpoint = details.endpoint;
    this.attempts = details.attempts;
    this.lastCode = details.lastCode;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a value is a `JoinError`, from whichever copy of this package. */
export function isJoinError(value: unknown): value is JoinError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
}
