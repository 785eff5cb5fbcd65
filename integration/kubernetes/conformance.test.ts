import { discoveryConformance } from "@rollcall/conformance";
import { afterAll, describe, it } from "vitest";
import { findServer } from "../servers/report.ts";
import { podsHarness, slicesHarness } from "./support/harnesses.ts";
import { findKubernetes, realServer } from "./support/real-server.ts";
import { standInServer } from "./support/stand-in-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

for (const source of [standInServer, ...(programs ? [realServer(programs)] : [])]) {
  describe(source.name, () => {
    let server: ReturnType<typeof source.start> | undefined;
    const start = () => {
      server ??= source.start(afterAll);
      return server;
    };
    for (const harness of [slicesHarness, podsHarness]) {
      discoveryConformance({ describe, it, afterAll }, harness(start, afterAll), { print: () => {} });
    }
  });
}
