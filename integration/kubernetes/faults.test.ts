import { describe } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { findServer } from "../servers/report.ts";
import { kubernetesRegistry } from "./registry.ts";
import { findKubernetes } from "./support/real-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

if (programs) faultMatrix(kubernetesRegistry(programs));
else describe.skip("kubernetes, when something fails", () => {});
