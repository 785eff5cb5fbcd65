import { Refusal } from "../actor-error.js";
import type { MethodTable } from "../declaring/method-table.js";
import { checkArguments } from "./check-arguments.js";
import type { Behaviour } from "./delivery.js";

/**
 * Calls a distributed method of an actor, after its schemas have been asked.
 *
 * @throws ActorError `UNKNOWN_METHOD` or `INVALID_ARGUMENTS`; whatever the method throws
 */
export function invokeMethod(actor: Behaviour, table: MethodTable, name: string, args: readonly unknown[]): unknown {
  const method = table.methods.get(name);
  if (method === undefined) {
    const why =
      Object.hasOwn(Object.prototype, name) || actor[name] === undefined ? "has none" : "has it, but not marked";
    const message = `${table.className} has no distributed method ${name}: it ${why}.`;
    throw new Refusal("UNKNOWN_METHOD", message, { method: name });
  }
  if (method.parameters === undefined) return actor[name]?.(...args);
  const checked = checkArguments(method, args);
  return checked instanceof Promise ? checked.then((all) => actor[name]?.(...all)) : actor[name]?.(...checked);
}
