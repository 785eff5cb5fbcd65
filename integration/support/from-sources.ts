import { join } from "node:path";
import type { Plugin } from "esbuild";
import { entryPoints, REPOSITORY, workspacePackages } from "../../scripts/lib/workspace.ts";

/** For the head of a bundle of modules: what is in it may be CommonJS, or import `createRequire` itself. */
export const WITH_REQUIRE =
  'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

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
