import { it } from "vitest";
import { wholeSystem } from "../registries/whole-system.ts";
import { consul } from "./program.ts";
import { consulRegistry } from "./registry.ts";

if (consul) wholeSystem(consulRegistry(consul));
else it.skip("consul, a cluster that knows only it");
