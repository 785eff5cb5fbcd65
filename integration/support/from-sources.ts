import { join } from "node:path";
import type { Plugin } from "esbuild";
import { entryPoints, REPOSITORY, workspacePackages } from "../../scripts/lib/workspace.ts";

/** Has esbuild take our packages from their sources, so that nothing has to be built before. */
export function fromSources(): Plugin {
  const sources = new Map(
    workspacePackages().flatMap((pkg) =>
      entryPoints(pkg).map(([specifier, source]) => [specifier, join(REPOSITORY, pkg.folder, source)] as const),
    ),
  );
  return {
    name: "our packages from their sources",
    setup({ onResolve }) {
      onResolve({ filter: /^@rollcall\// }, ({ path }) => ({ path: sources.get(path) ?? "" }));
    },
  };
}
