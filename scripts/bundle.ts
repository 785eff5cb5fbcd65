/**
 * Writes the code of the packages that every node loads as few files, because loading a module costs more than what is in
 * it; see docs/decisions/0007-one-file-per-package.md. Their types are written by `tsc -b`.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { BUNDLED } from "./lib/dependency-rules.ts";
import { entryPoints, REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const PACKAGES: ReadonlySet<string> = new Set(["core", "join", "swim", "cluster"].map((name) => `packages/${name}`));

for (const pkg of workspacePackages()) {
  if (!PACKAGES.has(pkg.folder)) continue;
  const folder = join(REPOSITORY, pkg.folder);
  // Their names tell what is in them, so they would be left behind by a change.
  rmSync(join(folder, "dist/chunks"), { recursive: true, force: true });
  await build({
    absWorkingDir: folder,
    entryPoints: entryPoints(pkg).map(([, source]) => source),
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // What several entries share, and what is loaded only when it is needed.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    legalComments: "none",
    logLevel: "warning",
    plugins: [bundled()],
  });
}

/** Has esbuild take in the few packages that are not left outside. */
function bundled(): Plugin {
  return {
    name: "what is written into our code",
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) => {
        const file = BUNDLED.get(path);
        return file === undefined ? undefined : { path: join(REPOSITORY, "node_modules", path, file) };
      });
    },
  };
}
