import { ActorError } from "../actor-error.js";
import { ActorRuntime } from "../actor-runtime.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import type { AnyActor } from "../declaring/actor-types.js";
import { RUNTIME } from "../declaring/symbols.js";

declare const ACTOR_TYPE: unique symbol;

/** What actors of one kind are registered under, the same on all nodes. */
export interface ReceptionKey<Actor extends AnyActor = AnyActor> {
  readonly id: string;
  /** Only for the compiler, which tells keys of different actors apart by it. */
  readonly [ACTOR_TYPE]?: Actor;
  /** @internal */
  readonly [RUNTIME]?: (context: ActorRuntimeContext) => ActorRuntime;
}

/** The longest id of a key. */
const MAX_LENGTH = 256;

/**
 * A key under which actors are registered and found, typed by them: `receptionKey<Greeter>("greeters")`. Two with the
 * same id are the same key.
 *
 * @throws ActorError `INVALID_OPTION` if the id is empty, longer than 256 characters, or begins with `$`
 */
export function receptionKey<Actor extends AnyActor>(id: string): ReceptionKey<Actor> {
  if (typeof id === "string" && id.length > 0 && id.length <= MAX_LENGTH && !id.startsWith("$")) {
    return Object.freeze({ id, [RUNTIME]: (context: ActorRuntimeContext) => new ActorRuntime(context) });
  }
  const wanted = `use 1 to ${MAX_LENGTH} characters, of which the first is no $`;
  throw new ActorError("INVALID_OPTION", `${JSON.stringify(id)} is not the id of a key: ${wanted}.`);
}
