import { join } from "node:path";
import { REPOSITORY, SCOPE, type WorkspacePackage, workspacePackages } from "../../scripts/lib/workspace.ts";
import { run } from "./npm.ts";

/** A package as it would be published. */
export interface PackedPackage extends WorkspacePackage {
  /** The absolute path of the `.tgz`. */
  readonly tarball: string;
  /** What is in it, relative to the package. */
  readonly files: readonly string[];
}

/** Packs every published package into a folder, with one `npm pack`. */
export async function packAll(destination: string): Promise<PackedPackage[]> {
  const packages = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const workspaces = packages.map(({ folder }) => `--workspace=${folder}`);
  const { stdout } = await run(REPOSITORY, "npm", ["pack", "--json", "--pack-destination", destination, ...workspaces]);
  const packed = Object.values(JSON.parse(stdout) as Record<string, NpmPacked>);
  return packages.map((pkg) => {
    const found = packed.find(({ name }) => name === pkg.manifest.name);
    if (found === undefined) throw new Error(`npm pack said nothing of ${pkg.manifest.name}.`);
    return { ...pkg, tarball: join(destination, found.filename), files: found.files.map(({ path }) => path) };
  });
}

/** A package and all the packages of this workspace that it needs, peers too: what has to be installed together. */
export function withNeeds(pkg: PackedPackage, all: readonly PackedPackage[]): PackedPackage[] {
  const needed = new Set([pkg]);
  for (const { manifest } of needed) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const other = all.find((candidate) => candidate.manifest.name === name);
      if (other === undefined && name.startsWith(SCOPE))
        throw new Error(`${manifest.name} needs ${name}, which is not packed.`);
      if (other !== undefined) needed.add(other);
    }
  }
  return [...needed];
}

interface NpmPacked {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
