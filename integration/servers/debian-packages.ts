import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cached, serverCache } from "./cache.ts";
import { run, which } from "./run.ts";

/**
 * Debian packages unpacked into a folder of the cache, without root and without installing anything. Fetched once; a
 * later call with the same name finds them there.
 *
 * @param name of the folder
 * @param packages to fetch, with those that they need and the machine may lack
 * @returns the folder, in which programs are at `usr/sbin` and so on
 * @throws Error that says what is missing
 */
export async function unpackedPackages(
  name: string,
  packages: readonly string[],
  cache = serverCache(),
): Promise<string> {
  const unpack = async (root: string, work: string) => {
    for (const tool of ["apt-get", "dpkg"]) {
      if (which(tool) === undefined)
        throw new Error(`${name} is not installed, and without ${tool} it cannot be fetched`);
    }
    await download(packages, work);
    for (const file of await readdir(work)) {
      if (file.endsWith(".deb")) await run(["dpkg", "-x", join(work, file), root]);
    }
  };
  return cached(name, unpack, cache);
}

/** The folders in which an unpacked root has its libraries, for `LD_LIBRARY_PATH`. */
export async function libraryPath(root: string): Promise<string> {
  const usual = ["lib", "usr/lib"].map((folder) => join(root, folder)).filter(existsSync);
  const nested = await Promise.all(
    usual.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => entry.name.endsWith("-linux-gnu")).map((entry) => join(folder, entry.name));
    }),
  );
  return [...nested.flat(), ...usual].join(":");
}

async function download(packages: readonly string[], folder: string): Promise<void> {
  try {
    await run(["apt-get", "download", ...packages], { cwd: folder });
  } catch {
    // Without package lists, as on a fresh machine or in a container, apt knows no packages: get lists of our own.
    const own = ["-o", `Dir::State::Lists=${folder}/lists`, "-o", `Dir::Cache=${folder}/cache`];
    const options = [...own, "-o", "Debug::NoLocking=1"];
    await run(["apt-get", ...options, "update"], { cwd: folder });
    await run(["apt-get", ...options, "download", ...packages], { cwd: folder });
  }
}
