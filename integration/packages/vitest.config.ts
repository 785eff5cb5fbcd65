import { defineConfig } from "vitest/config";
import { results } from "../../scripts/lib/results.ts";

/** Apart from the other tests, because these take the build and the package registry. */
export default defineConfig({
  test: {
    include: ["integration/packages/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", ...results("packages")],
  },
});
