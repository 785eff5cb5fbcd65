/**
 * A cluster in one process, in virtual time: for tests that are functions of a seed.
 *
 * @packageDocumentation
 */
export { randomNodeId, seededRandom } from "./seeded-random.js";
export { SimulatedCluster, type SimulatedClusterOptions, type SimulatedNodeOptions } from "./simulated-cluster.js";
export { SimulatedNetwork, type SimulatedNetworkOptions } from "./simulated-network.js";
export { VirtualClock } from "./virtual-clock.js";
