/**
 * What can be the matter with a discovery, and whether the same request may succeed later without anybody changing
 * anything. The codes are stable; the messages are not. The package's README explains each.
 */
export const DISCOVERY_ERROR_CODES = Object.freeze({
  TIMED_OUT: true,
  UNAVAILABLE: true,
  INVALID_RESPONSE: true,
  ENDED: true,
  UNAUTHENTICATED: false,
  FORBIDDEN: false,
  MISCONFIGURED: false,
  CONFLICT: false,
  MALFORMED_RECORD: false,
  INVALID_OPTION: false,
  INVALID_ENDPOINT: false,
  DISPOSED: false,
});

export type DiscoveryErrorCode = keyof typeof DISCOVERY_ERROR_CODES;

export interface DiscoveryErrorDetails {
  /** The discovery's name, such as `etcd(orders)`. */
  readonly adapter?: string | undefined;
  /** Whether the same request may succeed later without anybody changing anything. Default: as the code suggests. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const MARK = Symbol.for("@rollcall/core.DiscoveryError");

/**
 * The one error that discoveries throw. Recognise it with {@link isDiscoveryError}, not `instanceof`: two copies of
 * this package may be installed.
 */
export class DiscoveryError extends Error {
  override readonly name = "DiscoveryError";
  declare readonly code: DiscoveryErrorCode;
  declare readonly adapter: string | undefined;
  declare readonly retryable: boolean;

  get [MARK](): true {
    return true;
  }

  /** @param message what happened, to which server or option, and what to try */
  constructor(code: DiscoveryErrorCode, message: string, details: DiscoveryErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.adapter = details.adapter;
    this.retryable = details.retryable ?? DISCOVERY_ERROR_CODES[code];
  }
}

/** Whether a value is a `DiscoveryError`, from whichever copy of this package. */
export function isDiscoveryError(value: unknown): value is DiscoveryError {
  return (value as Record<symbol, unknown> | null | undefined)?.[MARK] === true;
}

/** Wraps anything thrown as a `DiscoveryError`; one that already is comes back as it is. */
export function toDiscoveryError(thrown: unknown, adapter?: string): DiscoveryError {
  if (isDiscoveryError(thrown)) return thrown;
  return failure(adapter, "UNAVAILABLE", thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

/** An error whose message starts with the name of the discovery it is about. */
export function failure(
  adapter: string | undefined,
  code: DiscoveryErrorCode,
  what: string,
  details: DiscoveryErrorDetails = {},
): DiscoveryError {
  return new DiscoveryError(code, adapter === undefined ? what : `${adapter}: ${what}`, { ...details, adapter });
}

/** `TIMED_OUT`. */
export function timedOut(adapter: string, what: string, limitMs: number): DiscoveryError {
  return failure(adapter, "TIMED_OUT", `${what} took longer than ${limitMs} ms.`);
}

/** `ENDED`. */
export function ended(adapter: string): DiscoveryError {
  return failure(adapter, "ENDED", "the subscription ended.");
}

/** @throws DiscoveryError `INVALID_OPTION` unless the condition holds */
export function requireOption(owner: string, option: string, holds: boolean, what: string): void {
  if (!holds) throw failure(owner, "INVALID_OPTION", `${option} must be ${what}.`);
}
