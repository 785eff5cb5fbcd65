import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("./", import.meta.url));

export default defineConfig({
  resolve: {
    // Unit tests run on the sources; processes that tests start run on what `npm run build` made.
    alias: [
      { find: /^@rollcall\/(static|mdns)$/, replacement: `${root}adapters/$1/src/index.ts` },
      { find: /^@rollcall\/(core|conformance|join|cluster|testkit|cli)$/, replacement: `${root}packages/$1/src/index.ts` },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "adapters/*/test/**/*.test.ts", "integration/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
