import { type Manifest, readJson } from "./workspace.ts";

/** The parts of an entry of package-lock.json that matter here. */
interface LockedPackage extends Pick<Manifest, "dependencies" | "optionalDependencies" | "peerDependencies"> {
  readonly link?: boolean;
  readonly resolved?: string;
  /** npm's word that the package has one of the scripts that run on installation. */
  readonly hasInstallScript?: boolean;
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface InstallScript {
  /** Where in the lock file: `node_modules/cpu-features`. */
  readonly path: string;
  /** By way of whom it gets there, from the published package on. */
  readonly chain: readonly string[];
}

/**
 * What would run code of its own when somebody installs a package of this repository, as far as the lock file tells.
 *
 * @param folder of the published package: `packages/core`
 */
export function installScripts(folder: string, { packages }: LockFile): InstallScript[] {
  const found: InstallScript[] = [];
  const seen = new Set<string>();
  const waiting: InstallScript[] = [{ path: folder, chain: [folder] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, chain } = next;
    if (seen.has(path)) continue;
    seen.add(path);
    const entry = packages[path];
    if (entry === undefined) throw new Error(`package-lock.json has no ${path}; run npm install.`);
    if (entry.hasInstallScript === true) found.push(next);
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const place = placeOf(name, path, packages);
      // What is optional, or wanted of the user, may not be there.
      if (place !== undefined) waiting.push({ path: place, chain: [...chain, name] });
    }
  }
  return found;
}

export function readLockFile(path: string): LockFile {
  return readJson<LockFile>(path);
}

/** Where Node.js would find a package from another one: in the nearest `node_modules` upwards. */
function placeOf(name: string, from: string, packages: LockFile["packages"]): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = packages[place];
    if (entry !== undefined) return entry.link === true ? entry.resolved : place;
    if (folder === "") return undefined;
  }
}
