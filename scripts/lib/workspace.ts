import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of a package.json that the scripts look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | { readonly types?: string; readonly default?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One of the packages that are published: a folder in `packages` or `adapters`. */
export interface WorkspacePackage {
  /** The name without its scope, which is also the name of the folder. */
  readonly shortName: string;
  /** Relative to the root, with forward slashes: `packages/core`. */
  readonly folder: string;
  readonly isAdapter: boolean;
  readonly manifest: Manifest;
}

export const SCOPE = "@rollcall/";

/** The root of this repository, absolute. */
export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** Every published package below a root, in the order of their folders' names. */
export function workspacePackages(root: string = REPOSITORY): WorkspacePackage[] {
  return ["packages", "adapters"].flatMap((parent) =>
    subfolders(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, "package.json")))
      .map((shortName) => ({
        shortName,
        folder: `${parent}/${shortName}`,
        isAdapter: parent === "adapters",
        manifest: readJson<Manifest>(join(root, parent, shortName, "package.json")),
      })),
  );
}

/** What an importer can ask of a package, and the source file behind it: `["@rollcall/core", "src/index.ts"]`. */
export function entryPoints({ manifest }: WorkspacePackage): [specifier: string, source: string][] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const built = typeof target === "string" ? target : target.default;
    const source = /^\.\/dist\/(.+)\.js$/.exec(built ?? "")?.[1];
    return source === undefined ? [] : [[manifest.name + subpath.slice(1), `src/${source}.ts`]];
  });
}

/** Reads a JSON file without comments, and trusts its shape. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function subfolders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
