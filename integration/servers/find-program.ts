import { join } from "node:path";
import { unpackedPackages } from "./debian-packages.ts";
import { builtTool, type GoTool } from "./go-tools.ts";
import type { Found } from "./report.ts";
import { run, which } from "./run.ts";

/** Where a server's program may come from; looked at in the order in which they are here. */
export interface ProgramSources {
  /** On PATH. */
  readonly program: string;
  /** What makes it say its version. */
  readonly versionArguments: readonly string[];
  /** Whether the one on PATH will do, by what it says of itself. Default: any. */
  readonly accepts?: (version: string) => boolean;
  /** Debian packages, and where the program is in them. */
  readonly debian?: { readonly packages: readonly string[]; readonly path: string };
  readonly go?: GoTool;
}

export interface Program extends Found {
  readonly path: string;
  /** What it needs in its environment, if anything. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface FindProgramOptions {
  /** As if nothing were installed. */
  readonly ignoreInstalled?: boolean;
  readonly cache?: string;
}

/**
 * A program as installed, or else from Debian packages unpacked into the cache, or else built from its source.
 *
 * @throws Error that says why there is none
 */
export async function findProgram(sources: ProgramSources, options: FindProgramOptions = {}): Promise<Program> {
  const { program, accepts = () => true, debian, go } = sources;
  const installed = options.ignoreInstalled ? undefined : which(program);
  if (installed !== undefined) {
    const found = await describe(installed, sources);
    if (accepts(found.description)) return found;
  }
  const reasons: string[] = installed === undefined ? [] : [`${installed} is another version`];
  const attempts = [
    debian && (async () => join(await unpackedPackages(program, debian.packages, options.cache), debian.path)),
    go && (() => builtTool(go, options.cache)),
  ];
  for (const attempt of attempts) {
    if (attempt === undefined) continue;
    try {
      return await describe(await attempt(), sources);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join("; ") || `${program} is not on the path`);
}

async function describe(path: string, { versionArguments }: ProgramSources): Promise<Program> {
  // A program that does not run shows here, and not in the middle of a test.
  const said = await run([path, ...versionArguments]);
  return { path, description: `${said.trim().split("\n")[0]}, ${path}` };
}
