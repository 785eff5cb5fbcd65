import { type ClusterEvent, ClusterSystem, SWIM_PRESETS } from "@rollcall/cluster";
import { staticDiscovery } from "@rollcall/static";
import { monotonicMs } from "../formation/protocol.ts";
import { runChild, type Tell } from "./child.ts";

const preset = process.argv[2] as "lan" | "local";

runChild(async (contacts, size, tell) => {
  const system = await ClusterSystem.start("bench", (settings) => {
    settings.node.port = 0;
    settings.discovery = staticDiscovery(contacts.map((port) => ({ host: "127.0.0.1", port })));
    if (preset === "local") settings.failureDetector = { ...SWIM_PRESETS.local };
  });
  void watch(system, size, tell);
  return system.cluster.self.port;
});

async function watch({ cluster }: ClusterSystem, size: number, tell: Tell): Promise<void> {
  for await (const event of cluster.events) {
    report(event, tell);
    const well = cluster.membership.withStatus("up").filter(({ reachability }) => reachability === "reachable");
    if (well.length === size && cluster.membership.size === size) tell({ kind: "whole" });
  }
}

function report(event: ClusterEvent, tell: Tell): void {
  if (event.kind === "reachability" && event.member.reachability === "unreachable") {
    tell({ kind: "lost", port: event.member.node.port, at: monotonicMs() });
  }
  if (event.kind === "membership" && event.to === "down") tell({ kind: "downed", port: event.member.node.port });
}
