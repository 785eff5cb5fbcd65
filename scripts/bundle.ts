/**
 * Writes the code of the packages that every node loads as one file each, because loading a module costs more than what
 * is in it; see docs/decisions/0007-one-file-per-package.md. Their types are written by `tsc -b`.
 */
import { join } from "node:path";
import { build } from "esbuild";
import { REPOSITORY } from "./lib/workspace.ts";

const PACKAGES = ["packages/core", "packages/join", "packages/swim", "packages/cluster"];

for (const folder of PACKAGES) {
  await build({
    absWorkingDir: join(REPOSITORY, folder),
    entryPoints: ["src/index.ts"],
    outfile: "dist/index.js",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    legalComments: "none",
    logLevel: "warning",
  });
}
