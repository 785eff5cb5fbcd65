import { join } from "node:path";
import { libraryPath, unpackedPackages } from "./debian-packages.ts";
import type { FindProgramOptions } from "./find-program.ts";
import type { Found } from "./report.ts";
import { run, which } from "./run.ts";

/** A server of several programs, with what it needs to run. */
export interface ProgramSet<Name extends string> extends Found {
  readonly programs: Readonly<Record<Name, string>>;
  readonly env: NodeJS.ProcessEnv;
}

export interface ProgramSetSources<Name extends string> {
  /** Of the folder in the cache. */
  readonly name: string;
  /** Where each program is in the packages. The first one is the server. */
  readonly paths: Readonly<Record<Name, string>>;
  /** What makes the server say its version. */
  readonly versionArguments: readonly string[];
  /** The Debian packages of the programs, and of the libraries that a machine may lack. */
  readonly packages: readonly string[];
}

/**
 * All programs of a set as installed, or else from Debian packages unpacked into the cache.
 *
 * @throws Error that says why there are none
 */
export async function findProgramSet<Name extends string>(
  { name, paths, versionArguments, packages }: ProgramSetSources<Name>,
  { ignoreInstalled = false, cache }: FindProgramOptions = {},
): Promise<ProgramSet<Name>> {
  const names = Object.keys(paths) as Name[];
  const described = async (programs: Record<Name, string>, env: NodeJS.ProcessEnv) => {
    const server = programs[names[0] as Name];
    // A library that is missing shows here, and not in the middle of a test.
    const version = await run([server, ...versionArguments], { env: { ...process.env, ...env } });
    return { programs, env, description: `${version.trim().split("\n")[0]}, ${server}` };
  };
  const installed = names.map((program) => [program, which(program)] as const);
  if (!ignoreInstalled && installed.every(([, path]) => path !== undefined)) {
    return described(Object.fromEntries(installed) as Record<Name, string>, {});
  }
  const root = await unpackedPackages(name, packages, cache);
  const unpacked = names.map((program) => [program, join(root, paths[program])] as const);
  return described(Object.fromEntries(unpacked) as Record<Name, string>, { LD_LIBRARY_PATH: await libraryPath(root) });
}
