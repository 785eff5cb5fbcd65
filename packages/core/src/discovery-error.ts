/**
 * What can be the matter with a discovery. The codes are stable; the messages are not.
 */
export const DISCOVERY_ERROR_CODES = Object.freeze({
  TIMED_OUT: "no answer within the time allowed",
  UNAVAILABLE: "the registry cannot be reached, broke the connection or says that it is in trouble",
  UNAUTHENTICATED: "the registry does not accept the credentials",
  FORBIDDEN: "the credentials lack a permission; the message names it",
  MISCONFIGURED: "the mechanism can tell that what is asked for cannot exist, or a file it was pointed at is unusable",
  INVALID_RESPONSE: "the registry answered something that makes no sense",
  MALFORMED_RECORD: "one record was left out of a listing because it could not be read",
  INVALID_OPTION: "an option given by the program is unusable; thrown at construction",
  INVALID_ENDPOINT: "a text that should name a host and a port does not",
  CONFLICT: "somebody else is announced under the same name",
  ENDED: "the subscription ended without an error although nobody asked it to",
  DISPOSED: "the discovery was used after it had been disposed",
} as const);

export type DiscoveryErrorCode = keyof typeof DISCOVERY_ERROR_CODES;

export interface DiscoveryErrorDetails {
  /** The discovery's name, such as `etcd(orders)`. */
  readonly adapter?: string;
  /** Whether the same request may succeed later without anybody changing anything. Default: as the code suggests. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const RETRYABLE: ReadonlySet<DiscoveryErrorCode> = new Set(["TIMED_OUT", "UNAVAILABLE", "INVALID_RESPONSE", "ENDED"]);
const MARK = Symbol.for("@rollcall/core.DiscoveryError");

/**
 * The one error that discoveries throw. Recognise it with {@link isDiscoveryError}, not `instanceof`: two copies of
 * this package may be installed.
 */
export class DiscoveryError extends Error {
  override readonly name = "DiscoveryError";
  readonly code: DiscoveryErrorCode;
  readonly adapter: string | undefined;
  readonly retryable: boolean;

  /** @param message what happened, to which server or option, and what to try */
  constructor(code: DiscoveryErrorCode, message: string, details: DiscoveryErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.adapter = details.adapter;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a value is a `DiscoveryError`, from whichever copy of this package. */
export function isDiscoveryError(value: unknown): value is DiscoveryError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
}

/** Wraps anything thrown as a `DiscoveryError`; one that already is comes back as it is. */
export function toDiscoveryError(thrown: unknown, adapter?: string): DiscoveryError {
  if (isDiscoveryError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DiscoveryError("UNAVAILABLE", adapter === undefined ? message : `${adapter}: ${message}`, {
    ...(adapter === undefined ? {} : { adapter }),
    cause: thrown,
  });
}

/** @throws DiscoveryError `INVALID_OPTION` unless the condition holds */
export function requireOption(holds: boolean, owner: string, option: string, what: string): void {
  if (!holds) throw new DiscoveryError("INVALID_OPTION", `${owner}: ${option} must be ${what}.`, { adapter: owner });
}
