import { it } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { natsRegistry } from "./registry.ts";
import { natsVersions } from "./versions.ts";

for (const { name, program } of natsVersions) {
  if (program) faultMatrix(natsRegistry(name, program));
  else it.skip(`${name}, when something fails`);
}
