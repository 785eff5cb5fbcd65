import { CLUSTER_TOKENS, ClusterError, type ClusterSettings, type Transport } from "@rollcall/cluster";
import { type Endpoint, formatEndpoint } from "@rollcall/core";
import type { SimulatedCluster } from "@rollcall/testkit";

/** Gives a node a transport on which certain dials are refused, as if nobody listened there. */
export function refusing(
  world: () => SimulatedCluster,
  isRefused: (from: string, to: Endpoint) => boolean,
): (settings: ClusterSettings) => void {
  return (settings) => {
    const { register } = settings;
    settings.register = (container) => {
      register?.(container);
      const { host } = settings.node;
      const network: Transport = world().network.transport(host);
      container.registerInstance(CLUSTER_TOKENS.transport, {
        listen: (at, onConnection) => network.listen(at, onConnection),
        connect: async (to, timeoutMs, signal) => {
          if (!isRefused(host, to)) return await network.connect(to, timeoutMs, signal);
          const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
          throw new ClusterError("CONNECT_FAILED", `Nobody listens at ${formatEndpoint(to)}.`, { cause });
        },
      } satisfies Transport);
    };
  };
}
