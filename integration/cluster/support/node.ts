import { type ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { onTestFinished } from "vitest";
import { IN_TIME_MS } from "../../support/patience.ts";

/** What a machine under load is given until something counts as not happening, in milliseconds. */
export const IN_TIME = { withinMs: IN_TIME_MS } as const;

/** Starts a node of the system `orders` on a free port; it is shut down with the test. */
export async function startNode(configure: (settings: ClusterSettings) => void = () => {}): Promise<ClusterSystem> {
  const system = await ClusterSystem.start("orders", (settings) => {
    settings.node.port = 0;
    configure(settings);
  });
  onTestFinished(() => system.shutdown());
  return system;
}

/** Starts a node that looks for others at these addresses, and does not announce itself there. */
export function startNodeThatKnows(
  addresses: readonly string[],
  configure: (settings: ClusterSettings) => void = () => {},
): Promise<ClusterSystem> {
  return startNode((settings) => {
    settings.discovery = inMemoryDiscovery(addresses);
    settings.announce = false;
    configure(settings);
  });
}

/** Starts so many nodes that are all up; each knows the first. */
export async function startCluster(
  size: number,
  configure?: (settings: ClusterSettings) => void,
): Promise<ClusterSystem[]> {
  const first = await startNode(configure);
  const systems = [first];
  while (systems.length < size) systems.push(await startNodeThatKnows([first.cluster.self.address], configure));
  await everybodyUp(systems);
  return systems;
}

/** Resolves when each of these systems sees exactly that many members, all up. */
export async function everybodyUp(systems: readonly ClusterSystem[]): Promise<void> {
  await Promise.all(systems.map(({ cluster }) => cluster.waitFor({ atLeast: systems.length, ...IN_TIME })));
}
