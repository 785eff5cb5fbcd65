import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its input. */
  readonly input?: string;
}

/**
 * Runs a program to its end and gives what it wrote.
 *
 * @throws Error with what it wrote to its error output
 */
export async function run(
  command: readonly [string, ...string[]],
  { input, ...options }: RunOptions = {},
): Promise<string> {
  const [file, ...args] = command;
  try {
    const running = exec(file, args, { maxBuffer: 2 ** 26, ...options });
    if (input !== undefined) running.child.stdin?.end(input);
    const { stdout } = await running;
    return stdout;
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    const said = stderr.trim().split("\n").at(-1) || message;
    throw new Error(`${command.join(" ")}: ${said}`, { cause });
  }
}

/** Where a program is, on PATH or where administrators have theirs; undefined when it is nowhere. */
export function which(program: string, path = process.env.PATH ?? ""): string | undefined {
  return [...path.split(delimiter), "/usr/sbin", "/sbin"].map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
