/**
 * Failure detection by SWIM with Lifeguard, as a pure state machine.
 *
 * @packageDocumentation
 */
export type { SwimCounters } from "./counters.js";
export type { ReachabilityDirective, RedialDirective, SendDirective, SwimDirective } from "./directive.js";
export type { DoubtExplanation, SwimExplanation } from "./explanation.js";
export type { ReachabilityReason } from "./member.js";
export {
  type Ack,
  type Gossip,
  type IndirectAck,
  KIND as SWIM_MESSAGE_KIND,
  type Nack,
  type Ping,
  type PingRequest,
  type SwimMessage,
} from "./message.js";
export type { SwimOptions, SwimOptionsInput } from "./options.js";
export { SWIM_PRESETS } from "./presets.js";
export { readMessage as readSwimMessage } from "./read-message.js";
export { resolveOptions as resolveSwimOptions } from "./resolve-options.js";
export { type Evidence, Swim, type SwimContext } from "./swim.js";
export { isSwimError, SWIM_ERROR_CODES, SwimError, type SwimErrorCode } from "./swim-error.js";
export { LIMITS as SWIM_LIMITS, type Reachability, STATUS as SWIM_STATUS, type Status, type Update } from "./update.js";
