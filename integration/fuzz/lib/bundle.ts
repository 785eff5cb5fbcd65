import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { createInstrumenter } from "istanbul-lib-instrument";
import { REPOSITORY } from "../../../scripts/lib/workspace.ts";
import { fromSources, WITH_REQUIRE } from "../../support/from-sources.ts";

/**
 * Writes the search for one target as a single file, in which everything that the target covers counts what it runs.
 *
 * @param module the target's, relative to `integration/fuzz`
 */
export async function bundleSearch(module: string, covers: readonly string[], outfile: string): Promise<void> {
  await build({
    stdin: {
      contents: `import { target } from "${module}"; import { work } from "./lib/work.ts"; await work(target);`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      loader: "ts",
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    logLevel: "warning",
    plugins: [fromSources(), counting(covers)],
    banner: { js: WITH_REQUIRE },
  });
}

function counting(covers: readonly string[]): Plugin {
  const instrumenter = createInstrumenter({
    esModules: true,
    compact: true,
    coverageGlobalScope: "globalThis",
    coverageGlobalScopeFunc: false,
  });
  return {
    name: "files that count what they run",
    setup({ onLoad }) {
      onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        const name = relative(REPOSITORY, path);
        if (!covers.some((place) => (place.endsWith("/") ? name.startsWith(place) : name === place))) return undefined;
        const source = await readFile(path, "utf8");
        // Leaves every line where it is, so that coverage and stacks can be read.
        const code = path.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
        return { contents: instrumenter.instrumentSync(code, name), loader: "js" };
      });
    },
  };
}
