import { it } from "vitest";
import { wholeSystem } from "../registries/whole-system.ts";
import { natsRegistry } from "./registry.ts";
import { natsVersions } from "./versions.ts";

for (const { name, program } of natsVersions) {
  if (program) wholeSystem(natsRegistry(name, program));
  else it.skip(`a cluster that knows only ${name}`);
}
