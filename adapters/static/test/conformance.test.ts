import { discoveryConformance } from "@rollcall/conformance";
import { afterAll, describe, it } from "vitest";
import { envHarness, fileHarness, listHarness } from "./harnesses.js";

for (const harness of [fileHarness("lines"), fileHarness("json"), listHarness, envHarness]) {
  discoveryConformance({ describe, it, afterAll }, harness, { print: () => {} });
}
