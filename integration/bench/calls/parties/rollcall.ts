/** An actor of one node, called from the other; all settings as they come. */
import { ClusterSystem } from "@rollcall/cluster";
import { DistributedActor } from "@rollcall/cluster/actors";
import { staticDiscovery } from "@rollcall/static";
import type { Order, Party } from "../party.ts";

class Desk extends DistributedActor.with("place") {
  async place(order: Order): Promise<number> {
    return order.id;
  }
}

export const party: Party = {
  async serve() {
    const system = await ClusterSystem.start("bench", (settings) => {
      settings.node.port = 0;
    });
    return JSON.stringify({ desk: String(system.spawn(Desk)), address: system.cluster.self.address });
  },
  async connect(given) {
    const { desk, address } = JSON.parse(given) as { desk: string; address: string };
    const system = await ClusterSystem.start("bench", (settings) => {
      settings.node.port = 0;
      settings.discovery = staticDiscovery([address]);
    });
    await system.cluster.joined();
    const ref = system.resolve(Desk, desk);
    return (order) => ref.place(order);
  },
};
