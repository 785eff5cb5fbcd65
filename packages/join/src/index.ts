/**
 * The join scheduler: listings in, join attempts out. Knows no transport and no wire format.
 *
 * @packageDocumentation
 */
export { randomOrder } from "./candidate-policy.js";
export type { CandidatePolicy, Joiner, JoinLogger, JoinOutcome, MembershipView } from "./collaborators.js";
export { createJoinScheduler, JOIN_TOKENS, type JoinCollaborators, registerJoinDefaults } from "./composition.js";
export { JOIN_DEFAULTS, type JoinDefaults, type JoinLimitOptions, type JoinLimits } from "./join-defaults.js";
export {
  isJoinError,
  JOIN_ERROR_CODES,
  JoinError,
  type JoinErrorCode,
  type JoinErrorDetails,
} from "./join-error.js";
export type {
  DiscoveryExplanation,
  EndpointExplanation,
  EndpointState,
  JoinExplanation,
} from "./join-explanation.js";
export type { JoinRequestOptions } from "./join-requests.js";
export { JoinScheduler, type JoinSchedulerOptions } from "./join-scheduler.js";
export { JOIN_SITUATIONS, type JoinSituation } from "./join-situation.js";
export { PERMANENT_REJECTIONS, REJECTION_PACE, type RejectionPace } from "./rejection-pace.js";
export { spreadDelayMs } from "./spread.js";
