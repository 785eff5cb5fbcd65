import { it } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { consul } from "./program.ts";
import { consulRegistry } from "./registry.ts";

if (consul) faultMatrix(consulRegistry(consul));
else it.skip("consul, when something fails");
