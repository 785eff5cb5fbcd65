import { Refusal } from "../actor-error.js";
import type { Method } from "../declaring/method-table.js";
import type { SchemaIssue, SchemaResult, StandardSchema } from "../declaring/standard-schema.js";

/**
 * What the schemas of a method make of its arguments; a promise of it, if one of them takes its time.
 *
 * @throws ActorError `INVALID_ARGUMENTS`
 */
export function checkArguments(
  { name, parameters = [] }: Method,
  args: readonly unknown[],
): readonly unknown[] | Promise<readonly unknown[]> {
  const checked = [...args];
  const late: Promise<void>[] = [];
  for (const [index, schema] of parameters.entries()) {
    const take = (result: SchemaResult) => {
      if (result.issues !== undefined) throw misfit(name, index, result.issues);
      checked[index] = result.value;
    };
    const result = (schema as StandardSchema)["~standard"].validate(args[index]);
    if (result instanceof Promise) late.push(result.then(take));
    else take(result);
  }
  return late.length === 0 ? checked : Promise.all(late).then(() => checked);
}

function misfit(method: string, index: number, issues: readonly SchemaIssue[]): Refusal {
  const all = issues.map(({ message, path }) => {
    const keys = path?.map((part) => String(typeof part === "object" ? part.key : part)) ?? [];
    return keys.length === 0 ? message : `${keys.join(".")}: ${message}`;
  });
  const message = `Argument ${index + 1} of ${method} does not fit its schema: ${all.join("; ")}.`;
  return new Refusal("INVALID_ARGUMENTS", message, { method });
}
