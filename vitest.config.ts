import { transform } from "esbuild";
import { defineConfig } from "vitest/config";
import { results } from "./scripts/lib/results.ts";
import { entryPoints, REPOSITORY, workspacePackages } from "./scripts/lib/workspace.ts";

/** Tests against the real servers of registries. */
const REGISTRIES = "integration/{consul,dns,etcd,kubernetes,nats}/**/*.test.ts";

export default defineConfig({
  plugins: [
    {
      // Standard decorators, which Vite leaves as they are, and Node.js does not know yet.
      name: "decorators",
      enforce: "pre",
      transform: (code, id) =>
        id.endsWith(".decorated.ts") ? transform(code, { loader: "ts", target: "node22", sourcemap: true }) : undefined,
    },
  ],
  resolve: {
    // Unit tests run on the sources; processes that tests start run on what `npm run build` made.
    alias: workspacePackages().flatMap((pkg) =>
      entryPoints(pkg).map(([specifier, source]) => ({
        find: new RegExp(`^${specifier}$`),
        replacement: `${REPOSITORY}/${pkg.folder}/${source}`,
      })),
    ),
  },
  test: {
    // Against what never comes: on a crowded machine everything takes ten times as long as it does otherwise.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // The second says at the end which real servers the tests ran against, and fails the run if a required one was not.
    reporters: ["default", `${REPOSITORY}/integration/servers/reporter.ts`, ...results("tests")],
    projects: [
      {
        extends: true,
        test: {
          name: "packages",
          include: ["packages/*/test/**/*.test.ts", "adapters/*/test/**/*.test.ts", "integration/**/*.test.ts"],
          // The second install packages; `npm run check:packages` runs them.
          exclude: ["**/node_modules/**", "integration/packages/**", REGISTRIES],
        },
      },
      {
        extends: true,
        test: {
          name: "registries",
          include: [REGISTRIES],
          // Afterwards, and more at once than there are processors: most of the time they wait for servers that are away.
          sequence: { groupOrder: 1 },
          maxWorkers: 4,
          maxConcurrency: 8,
        },
      },
    ],
  },
});
