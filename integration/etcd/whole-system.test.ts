import { it } from "vitest";
import { wholeSystem } from "../registries/whole-system.ts";
import { etcdRegistry } from "./registry.ts";
import { etcdVersions } from "./versions.ts";

for (const { name, program } of await etcdVersions()) {
  if (program) wholeSystem(etcdRegistry(name, program));
  else it.skip(`a cluster that knows only ${name}`);
}
