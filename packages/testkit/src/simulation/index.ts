/** Random stories of whole clusters, and what has to hold in all of them. */
export type { FaultLedger } from "./fault-ledger.js";
export type { Invariant, Scene, Violation } from "./invariant.js";
export { describeOperation, type Happening, LIES, type LieKind, type Operation } from "./operation.js";
export { type SimulationOptions, simulate } from "./simulate.js";
export { SimulationFailure, type SimulationResult } from "./simulation-failure.js";
export { describeStory, type StoryOptions } from "./story.js";
