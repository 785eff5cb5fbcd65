import { readFileSync } from "node:fs";
import { nearestTo, readOptions } from "./arguments.js";
import { certsCommand } from "./certs/certs-command.js";
import { type Command, UsageError } from "./command.js";
import { demoCommand } from "./demo/demo-command.js";
import type { Terminal } from "./terminal/terminal.js";
import { commandUsage, programUsage } from "./usage.js";

const COMMANDS: readonly Command[] = [demoCommand, certsCommand];

/**
 * Runs one command.
 *
 * @param args what follows the name of the program
 * @returns the exit code: 0 when it did what was asked, 1 when it could not, 2 when the arguments make no sense, 128 and
 * the number of a signal when that ended it early
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  const { stdout, stderr } = terminal;
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    stdout.write(programUsage(commands));
    return 0;
  }
  if (name === "--version" || name === "-v") {
    stdout.write(`${version()}\n`);
    return 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const problem = name === undefined ? "" : `rollcall: ${unknown(name, commands)}\n\n`;
    stderr.write(`${problem}${programUsage(commands)}`);
    return 2;
  }
  try {
    const values = readOptions(rest, command.options);
    if (values.help === true) {
      stdout.write(commandUsage(command));
      return 0;
    }
    return await command.run(values, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`rollcall ${command.name}: ${error.message}\nSee rollcall ${command.name} --help.\n`);
    return 2;
  }
}

function unknown(name: string, commands: readonly Command[]): string {
  if (name.startsWith("-")) return `unknown option ${name}`;
  const [nearest] = nearestTo(
    name,
    commands.map((command) => command.name),
  );
  return `there is no command "${name}"${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
