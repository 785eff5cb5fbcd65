import { type Announcer, type DefinedDiscovery, defineDiscovery, formatEndpoint } from "@rollcall/core";
import { mdnsDiscovery } from "@rollcall/mdns";
import { staticDiscovery } from "@rollcall/static";
import type { DiscoveryPlan } from "../discovery-plan.js";
import { REGISTRIES } from "../registry/registries.js";
import { addLine, removeLine } from "./endpoint-file.js";

/** Nodes replace the file or add whole lines, so there is no half-written text to wait out; milliseconds. */
const SETTLE_MS = 20;

/** What a node of the demonstration finds the others by, and is found by. */
export async function openDiscovery(plan: DiscoveryPlan): Promise<DefinedDiscovery & Announcer> {
  if (plan.mechanism === "file") return sharedFile(plan.file);
  if (plan.mechanism !== "mdns") return REGISTRIES[plan.mechanism].open(plan.url, plan.service);
  return mdnsDiscovery({ service: plan.service, interfaces: [plan.interface], port: plan.port });
}

/** A watched file in which each node adds itself. */
function sharedFile(file: string): DefinedDiscovery & Announcer {
  const watched = staticDiscovery({ file, format: "lines", settleMs: SETTLE_MS });
  return defineDiscovery({
    name: watched.name,
    subscribe: (request) => watched.subscribe(request),
    async announce(self) {
      const line = formatEndpoint(self);
      await addLine(file, line);
      return { withdraw: () => removeLine(file, line) };
    },
    dispose: () => watched[Symbol.asyncDispose](),
  });
}
