import { ACTOR_ERROR_CODES, ActorError, type ActorErrorCode, type ActorErrorDetails, Refusal } from "../actor-error.js";
import type { WireTypes } from "./wire-context.js";

/**
 * What was thrown, as it is sent: `[error]` for one of a registered type, which crosses as what it is; else a code and a
 * message, and what else may be told.
 */
export function toFailure(thrown: unknown, types: WireTypes, exposeStacks: boolean): unknown[] {
  if (thrown instanceof Refusal) return [thrown.code, thrown.message];
  if (typeof thrown === "object" && thrown !== null && types.of(thrown) !== undefined) return [thrown];
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return ["REMOTE_ERROR" satisfies ActorErrorCode, String(message), String(name), exposeStacks ? stack : undefined];
}

/** What the caller gets of it. */
export function fromFailure(failure: unknown, details: ActorErrorDetails): unknown {
  if (!Array.isArray(failure) || failure.length === 0) return undecodable("what it failed with is no failure", details);
  if (failure.length === 1) return failure[0];
  const [code, said, name, stack] = failure as unknown[];
  if (typeof code !== "string" || !Object.hasOwn(ACTOR_ERROR_CODES, code) || typeof said !== "string") {
    return undecodable("what it failed with is of an unknown kind", details);
  }
  if (code !== "REMOTE_ERROR") return new ActorError(code as ActorErrorCode, said, details);
  const remote = {
    name: typeof name === "string" ? name : "Error",
    message: said,
    stack: typeof stack === "string" ? stack : undefined,
  };
  return new ActorError(code, `${details.method} failed: ${remote.name}: ${said}`, { ...details, remote });
}

export function undecodable(why: string, details: ActorErrorDetails): ActorError {
  const message = `The answer to ${details.method} cannot be read: ${why}.`;
  return new ActorError("UNDECODABLE", message, details);
}
