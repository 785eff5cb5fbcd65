import { it } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { etcdRegistry } from "./registry.ts";
import { etcdVersions } from "./versions.ts";

for (const { name, program } of await etcdVersions()) {
  if (program) faultMatrix(etcdRegistry(name, program));
  else it.skip(`${name}, when something fails`);
}
