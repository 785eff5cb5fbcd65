/** What can become of a call, or of an actor. The codes are stable; the messages are not. */
export const ACTOR_ERROR_CODES = Object.freeze({
  TIMED_OUT: "no answer came within the time that the call was given; it may have been handled all the same",
  NODE_DOWN: "the node of the actor is not in the cluster any more; what was in flight may have been handled",
  UNKNOWN_ACTOR: "the node is there, but no actor of that name; it has stopped, or there never was one",
  UNKNOWN_METHOD: "the actor has no distributed method of that name",
  ACTOR_STOPPED: "the actor stopped before it came to the call",
  MAILBOX_FULL: "too many calls wait for the actor already",
  TOO_MANY_CALLS: "too many calls to one node are in flight already",
  CONGESTED: "more waits to be sent to the node than the settings allow",
  NOT_SENDABLE: "an argument or a result cannot be sent; the message says why",
  TOO_LARGE: "an argument list or a result exceeds the size that the settings allow",
  UNDECODABLE: "what was sent could not be read by the other side; the message says why",
  INVALID_ARGUMENTS: "the arguments do not fit the schemas of the method; the message says why",
  REMOTE_ERROR: "the method threw an error of a kind that is not registered; the message is that of the error",
  SHUT_DOWN: "the system has been shut down, or is shutting down",
  INVALID_OPTION:
    "an option given by the program, or something given for a reference, is unusable; the message names it",
  INVALID_ACTOR: "a class, or what goes with it, cannot be made an actor; the message names what is wrong",
  NAME_TAKEN: "an actor of that name is running on this node",
  INVALID_ID: "a text is not the id of an actor of this system",
  NOT_LOCAL: "the actor is on another node, and what was asked for can only be done on its own",
} as const);

export type ActorErrorCode = keyof typeof ACTOR_ERROR_CODES;

/** An error as another node tells of it. */
export interface RemoteFailure {
  readonly name: string;
  readonly message: string;
  /** Only if that node has `settings.actors.exposeStacks`. */
  readonly stack: string | undefined;
}

/** What a call was about. */
export interface ActorErrorDetails {
  /** The id of the actor, as text. */
  readonly actor?: string | undefined;
  readonly method?: string | undefined;
  readonly remote?: RemoteFailure | undefined;
  readonly cause?: unknown;
}

const MARK = Symbol.for("@rollcall/cluster.ActorError");

/** The one error that calls and actors fail with. Recognise it with {@link isActorError}, not `instanceof`. */
export class ActorError extends Error {
  override readonly name = "ActorError";
  readonly code: ActorErrorCode;
  readonly actor: string | undefined;
  readonly method: string | undefined;
  /** What was thrown, with `REMOTE_ERROR`. */
  readonly remote: RemoteFailure | undefined;

  /** @param message what happened, where, and what to try */
  constructor(code: ActorErrorCode, message: string, details: ActorErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.actor = details.actor;
    this.method = details.method;
    this.remote = details.remote;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a value is an `ActorError`, from whichever copy of this package. */
export function isActorError(value: unknown): value is ActorError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
}

/**
 * What the runtime itself answers to a call, as opposed to what the method threw: it crosses nodes with its code. A
 * method that passes on an ActorError of a call of its own has failed for its caller, and not timed out, for instance.
 */
export class Refusal extends ActorError {}
