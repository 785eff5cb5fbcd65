import { ClusterSystem, type TlsSettings } from "@rollcall/cluster";
import { DistributedActor } from "@rollcall/cluster/actors";
import { staticDiscovery } from "@rollcall/static";
import type { Order, Party } from "./party.ts";

export class Desk extends DistributedActor.with("place") {
  async place(order: Order): Promise<number> {
    return order.id;
  }
}

/** What the caller has to know. */
interface Given {
  readonly desk: string;
  readonly address: string;
  readonly tls?: TlsSettings | undefined;
}

/** An actor of one node, called from the other; all settings as they come, but for TLS where that is given. */
export function rollcallParty(issueTls: () => Promise<TlsSettings | undefined>): Party {
  return {
    async serve() {
      const tls = await issueTls();
      const system = await ClusterSystem.start("bench", (settings) => {
        settings.node.port = 0;
        settings.tls = tls;
      });
      const given: Given = { desk: String(system.spawn(Desk)), address: system.cluster.self.address, tls };
      return JSON.stringify(given);
    },
    async connect(text) {
      const { desk, address, tls } = JSON.parse(text) as Given;
      const system = await ClusterSystem.start("bench", (settings) => {
        settings.node.port = 0;
        settings.discovery = staticDiscovery([address]);
        settings.tls = tls;
      });
      await system.cluster.joined();
      const ref = system.resolve(Desk, desk);
      return (order) => ref.place(order);
    },
  };
}
