import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const LIMIT_BYTES = 15_000;

/** What a program that uses these exports pays, in bytes of minified code. */
async function minifiedBytes(exported: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${exported} from "./src/index.ts";`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return outputFiles[0]?.contents.length ?? Number.POSITIVE_INFINITY;
}

describe("the package", () => {
  it(`costs an adapter at most ${LIMIT_BYTES} bytes, minified, with everything in it`, async () => {
    const all = await minifiedBytes("*");
    const plugin = await minifiedBytes("{ defineDiscovery }");
    console.log(`core: ${all} bytes minified, of which ${plugin} are needed by a plugin made with defineDiscovery`);
    expect(all).toBeLessThanOrEqual(LIMIT_BYTES);
    expect(plugin).toBeLessThan(all / 1.5);
  });

  it("imports nothing, not even from Node", async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "neutral",
      write: false,
      metafile: true,
    });
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    expect(imports.filter(({ external }) => external)).toEqual([]);
  });
});
