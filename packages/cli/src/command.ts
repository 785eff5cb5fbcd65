import type { Terminal } from "./terminal/terminal.js";

/** An option, as `util.parseArgs` takes it and as the usage shows it. */
export interface OptionSpec {
  readonly type: "boolean" | "string";
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the usage, such as `N` or `mdns|file`. */
  readonly value?: string;
  /** What it does and what is the default. */
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given on the command line; what was not is not there. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What the usage says besides the options. */
  readonly description: string;
  /** Without `help`, which every command has. */
  readonly options: OptionSpecs;
  /**
   * @returns the exit code: 0 when it did what was asked, 1 when it could not
   * @throws UsageError when the options make no sense
   */
  run(values: OptionValues, terminal: Terminal): Promise<number>;
}

/** The command line makes no sense: the message says why, and the program ends with code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
