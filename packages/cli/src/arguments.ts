import { parseArgs } from "node:util";
import { type OptionSpec, type OptionSpecs, type OptionValues, UsageError } from "./command.js";

const HELP: OptionSpec = { type: "boolean", short: "h", help: "Print this and do nothing else." };

/** A command's options and those that every command has. */
export function withHelp(options: OptionSpecs): OptionSpecs {
  return { ...options, help: HELP };
}

/** @throws UsageError that names the argument and, for an option, one that may have been meant */
export function readOptions(args: readonly string[], options: OptionSpecs): OptionValues {
  const specs = withHelp(options);
  const known = Object.entries(specs).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]);
  // Not strict, as the errors of the strict mode neither say what was meant nor keep to one form.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(`unexpected argument "${token.value}"`);
    if (token.kind === "option-terminator") continue;
    const spec = specs[token.name];
    if (spec === undefined) throw new UsageError(`unknown option ${token.rawName}${suggestion(token.name, specs)}`);
    const what = spec.value === undefined ? token.rawName : `${token.rawName} ${spec.value}`;
    const wantsValue = spec.type === "string";
    if (wantsValue && (token.value ?? "") === "") throw new UsageError(`the value is missing: ${what}`);
    if (!wantsValue && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    values[token.name] = token.value ?? true;
  }
  return values;
}

function suggestion(typed: string, specs: OptionSpecs): string {
  const [nearest] = nearestTo(typed, Object.keys(specs));
  return nearest === undefined ? "" : `; did you mean --${nearest}?`;
}

/** Those that a typing error or two, or an unfinished word, may have been meant for; the nearest first. */
export function nearestTo(typed: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, distance: name.startsWith(typed) ? 0.5 : editDistance(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.min(2, name.length - 1))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/** Insertions, deletions and replacements that lead from one text to the other (Wagner and Fischer 1974). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let at = 0; at < to.length; at++) {
      const replaced = (previous[at] ?? 0) + (letter === to[at] ? 0 : 1);
      current.push(Math.min(replaced, (previous[at + 1] ?? 0) + 1, (current[at] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
