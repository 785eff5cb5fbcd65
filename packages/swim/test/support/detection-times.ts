import { forEachSeed } from "./seeds.ts";
import { SwimNetwork, type SwimNetworkOptions } from "./swim-network.ts";

/** How long after something happens to node 0 everybody else takes it for unreachable, for the seeds 1 to `runs`. */
export function detectionTimes(
  runs: number,
  options: SwimNetworkOptions,
  happens: (network: SwimNetwork) => void,
): number[] {
  return forEachSeed(runs, (seed) => {
    const network = new SwimNetwork({ ...options, seed });
    // At a random moment of a random cycle.
    network.run(20_000 * (0.5 + network.random()));
    happens(network);
    return network.until(() => network.views(0).every((view) => view === "unreachable"), 120_000);
  });
}
