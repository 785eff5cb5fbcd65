import { DiscoveryError, type DiscoveryErrorCode, isDiscoveryError } from "@rollcall/core";

// Errors of the client are known by their names, as a client that was given may come from another copy of it.
const AUTH_ERRORS = ["AuthorizationError", "UserAuthenticationExpiredError"];

/** What the client makes of a server's word that we may not use a subject. */
export interface PermissionViolation extends Error {
  readonly operation: string;
  readonly subject: string;
}

export function isPermissionViolation(error: Error): error is PermissionViolation {
  return error.name === "PermissionViolationError";
}

export interface ErrorContext {
  /** The discovery's name. */
  readonly name: string;
  /** Which server or servers it is about. */
  readonly server: string;
  /** Who we are to it: `the token of the option auth`. */
  readonly who: string;
}

/** Why there is no connection, and what to do about it. */
export function connectError(thrown: unknown, context: ErrorContext): DiscoveryError {
  if (isDiscoveryError(thrown)) return thrown;
  const { server } = context;
  const cause = rootOf(thrown);
  const { code = "", message: said } = cause as NodeJS.ErrnoException;
  const unauthenticated = authError(cause, context);
  if (unauthenticated) return unauthenticated;
  if (cause.name === "TimeoutError") {
    return fail("TIMED_OUT", `${server} accepts connections, or swallows them, and says nothing`, WAIT);
  }
  if (/^ERR_SSL.*(ALERT|CERTIFICATE_REQUIRED)|ALERT_(BAD|UNKNOWN)/.test(code) || /alert/i.test(said)) {
    const advice = "give a certificate that it accepts, in tls.cert and tls.key";
    return fail("UNAUTHENTICATED", `${server} broke off the TLS handshake (${said})`, advice);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(code)) {
    const advice = "put the authority that signed it into tls.ca or tls.caFile, and connect by a name that it is for";
    return fail("MISCONFIGURED", `the certificate of ${server} is not to be trusted: ${said}`, advice);
  }
  if (/^ERR_(OSSL|SSL|TLS)/.test(code)) {
    return fail("MISCONFIGURED", `TLS with ${server} is not possible: ${said}`, "correct the option tls");
  }
  if (/'tls'/.test(said)) {
    return fail("MISCONFIGURED", `${server} does not speak TLS`, "leave out the option tls, or set up TLS there");
  }
  if (cause instanceof SyntaxError || /unexpected response/.test(said)) {
    return fail("INVALID_RESPONSE", `what answers at ${server} is no NATS server`, "correct the option servers");
  }
  return fail("UNAVAILABLE", `cannot connect to ${server}: ${said || "connection refused"}`, START);

  function fail(as: DiscoveryErrorCode, what: string, advice: string) {
    return made(as, what, advice, context, cause);
  }
}

const START = "start a NATS server there, or correct the option servers";
const WAIT = "see whether it is a NATS server and not stopped or overloaded, or raise answerTimeoutMs";

/** Why a connection that there was is no more. */
export function lostError(reason: unknown, context: ErrorContext): DiscoveryError {
  if (reason === undefined || reason === null) {
    return made("UNAVAILABLE", `the connection to ${context.server} was lost`, "see whether the server runs", context);
  }
  const said = rootOf(reason);
  const what = `the connection to ${context.server} was lost: ${said.message}`;
  return authError(said, context) ?? made("UNAVAILABLE", what, "see whether the server runs", context, said);
}

/** A subject that the server lets us not use. `all` is what to grant. */
export function deniedError(refused: PermissionViolation, all: string, context: ErrorContext) {
  const { operation, subject } = refused;
  const may = operation === "subscription" ? "subscribe to" : "publish to";
  const what = `${context.who} may not ${may} ${JSON.stringify(subject)} at ${context.server}`;
  return made("FORBIDDEN", what, `allow it to publish and subscribe to ${JSON.stringify(all)}`, context, refused);
}

function authError(cause: Error, context: ErrorContext): DiscoveryError | undefined {
  if (!AUTH_ERRORS.includes(cause.name)) return undefined;
  const what = `${context.server} does not accept ${context.who} (${cause.message})`;
  return made("UNAUTHENTICATED", what, "correct the option auth, or what the server allows", context, cause);
}

function made(
  code: DiscoveryErrorCode,
  what: string,
  advice: string,
  { name: adapter }: ErrorContext,
  cause?: unknown,
): DiscoveryError {
  return new DiscoveryError(code, `${adapter}: ${what}; ${advice}.`, { adapter, cause });
}

/** The client wraps what the system said. */
function rootOf(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
