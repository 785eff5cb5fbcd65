import { discoveryConformance } from "@rollcall/conformance";
import { afterAll, describe, it } from "vitest";
import { findServer } from "../servers/report.ts";
import { atEnd, once } from "./support/at-end.ts";
import { podsHarness, slicesHarness } from "./support/harnesses.ts";
import { findKubernetes, realServer } from "./support/real-server.ts";
import { standInServer } from "./support/stand-in-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

for (const source of [standInServer, ...(programs ? [realServer(programs)] : [])]) {
  describe(source.name, () => {
    const onEnd = atEnd();
    const start = once(() => source.start(onEnd));
    for (const harness of [slicesHarness, podsHarness]) {
      discoveryConformance({ describe, it, afterAll }, harness(start, onEnd), { print: () => {} });
    }
  });
}
