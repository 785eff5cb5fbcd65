import { ClusterSystem } from "@rollcall/cluster";
import { staticDiscovery } from "@rollcall/static";
import { type BenchNode, runChild } from "./child.ts";
import type { Setup } from "./protocol.ts";

const FRAME_HEADER_BYTES = 4;

let system: ClusterSystem | undefined;
let up = 0;

const node: BenchNode = {
  onChange: () => {},
  known: () => system?.cluster.membership.size ?? 0,
  up: () => up,
  traffic: () => {
    if (system === undefined) return { bytes: 0, frames: 0, connections: 0 };
    const { sentBytes, sentFrames, open } = system.cluster.explain().associations;
    return { bytes: sentBytes + FRAME_HEADER_BYTES * sentFrames, frames: sentFrames, connections: open };
  },
  async start({ ports, index }: Setup) {
    system = await ClusterSystem.start("bench", (settings) => {
      settings.node.port = ports[index] as number;
      settings.secret = process.env.ROLLCALL_BENCH_SECRET;
      settings.discovery = staticDiscovery([{ host: "127.0.0.1", port: ports[0] as number }]);
    });
    void watch(system);
  },
};

async function watch({ cluster }: ClusterSystem): Promise<void> {
  for await (const event of cluster.events) {
    if (event.kind === "snapshot") up = event.membership.withStatus("up").length;
    if (event.kind === "membership" && event.to === "up") up++;
    node.onChange();
  }
}

runChild(node);
