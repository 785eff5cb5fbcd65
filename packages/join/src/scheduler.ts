/**
 * The join scheduler without the container, for programs that put it together themselves: it loads neither tsyringe nor
 * its polyfill.
 *
 * @packageDocumentation
 */
export type { Joiner, JoinLogger, JoinOutcome, MembershipView } from "./collaborators.js";
export { JOIN_DEFAULTS } from "./join-defaults.js";
export type { JoinExplanation } from "./join-explanation.js";
export type { JoinRequestOptions } from "./join-requests.js";
export { JoinScheduler, type JoinSchedulerOptions } from "./join-scheduler.js";
