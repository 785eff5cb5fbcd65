import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { REPOSITORY } from "../../../scripts/lib/workspace.ts";
import { fromSources, WITH_REQUIRE } from "../../support/from-sources.ts";
import type { Mutant } from "./mutants.ts";

const HUNTER = fileURLToPath(new URL("../programs/hunter.ts", import.meta.url));

/**
 * Writes the hunter and all our packages, from their sources, as one file; with a fault in it, if one is given.
 *
 * @throws Error if the text that the fault replaces is not there exactly once
 */
export async function bundleHunter(outfile: string, mutant?: Mutant): Promise<void> {
  await build({
    entryPoints: [HUNTER],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    logLevel: "warning",
    plugins: [fromSources(), ...(mutant === undefined ? [] : [breaking(mutant)])],
    banner: { js: WITH_REQUIRE },
  });
}

function breaking({ file, edits }: Mutant): Plugin {
  const path = join(REPOSITORY, file);
  return {
    name: "lines replaced",
    setup({ onLoad, onStart }) {
      onStart(async () => {
        const text = await readFile(path, "utf8");
        for (const [find] of edits) {
          const times = text.split(find).length - 1;
          if (times !== 1) throw new Error(`${file} has ${times} times what is to be broken: ${find}`);
        }
      });
      onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        let contents = await readFile(path, "utf8");
        for (const [find, replace] of edits) contents = contents.replace(find, () => replace);
        return { contents, loader: "ts" };
      });
    },
  };
}
