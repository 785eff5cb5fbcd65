import { withHelp } from "./arguments.js";
import type { Command, OptionSpec } from "./command.js";
import { columns, indent } from "./terminal/text.js";

/** What `rollcall --help` prints. */
export function programUsage(commands: readonly Command[]): string {
  const list = columns(commands.map(({ name, summary }) => [name, summary])).join("\n");
  return `Usage: rollcall <command> [options]

Commands:
${indent(list, "  ")}

Options:
  -h, --help     Print this; after a command: print the usage of that command.
  -v, --version  Print the version.
`;
}

/** What `rollcall <command> --help` prints. */
export function commandUsage({ name, description, options }: Command): string {
  const list = columns(Object.entries(withHelp(options)).map(([option, spec]) => [forms(option, spec), spec.help]));
  return `Usage: rollcall ${name} [options]

${description}

Options:
${indent(list.join("\n"), "  ")}
`;
}

function forms(option: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? "    " : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`;
}
