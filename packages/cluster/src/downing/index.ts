/** What to do about members that cannot be reached. */
export { type DownAllOptions, downAll } from "./down-all.js";
export { DOWNING_DEFAULTS, type SideOptions } from "./downing-options.js";
export type { DowningDecision, DowningStrategy, DowningView, UnreachableMember } from "./downing-strategy.js";
export { type KeepMajorityOptions, keepMajority } from "./keep-majority.js";
export { type KeepOldestOptions, keepOldest } from "./keep-oldest.js";
export { noDowning } from "./no-downing.js";
export { type StaticQuorumOptions, staticQuorum } from "./static-quorum.js";
export { type TimeoutDowningOptions, timeoutDowning } from "./timeout-downing.js";
