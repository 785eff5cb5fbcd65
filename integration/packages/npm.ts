import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program and gives what it printed.
 *
 * @throws Error with all that the program printed when it exits with another code than 0
 */
export async function run(folder: string, program: string, args: readonly string[]): Promise<Output> {
  try {
    // An npm that started this process must not hand its settings (workspaces, the prefix) to the one started here.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isFromNpm(name)));
    return await execute(program, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as Partial<Output>;
    throw new Error(`${program} ${args.join(" ")} failed in ${folder}:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Installs what the package.json in a folder asks for. Takes from npm's cache what is there. */
export function install(folder: string): Promise<Output> {
  return run(folder, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]);
}

function isFromNpm(name: string): boolean {
  return /^npm_(?!config_(registry|cache|userconfig))/.test(name);
}
