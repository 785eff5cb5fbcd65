/**
 * A cluster in one process, in virtual time: for tests that are functions of a seed.
 *
 * @packageDocumentation
 */
export { FrameTrace } from "./frame-trace.js";
export { type Latency, type LatencyOption, longTailedLatency } from "./latency.js";
export type { Direction, LinkSelection } from "./link-table.js";
export type { ProcessClock } from "./process-clock.js";
export { randomNodeId, seededRandom } from "./seeded-random.js";
export { SimulatedCluster, type SimulatedClusterOptions, type SimulatedNodeOptions } from "./simulated-cluster.js";
export type { SimulatedSocket } from "./simulated-datagrams.js";
export {
  type LinkConditions,
  SimulatedNetwork,
  type SimulatedNetworkOptions,
  type Undo,
} from "./simulated-network.js";
export { type Lie, SimulatedRegistry, type SimulatedRegistryOptions } from "./simulated-registry.js";
export * from "./simulation/index.js";
export { VirtualClock } from "./virtual-clock.js";
