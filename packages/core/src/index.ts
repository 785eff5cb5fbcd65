/**
 * What a Rollcall discovery adapter is, and what to build one with.
 *
 * @packageDocumentation
 */
export { type Announcement, type Announcer, canAnnounce } from "./announcer.js";
export { type Backoff, type ExponentialBackoffOptions, exponentialBackoff } from "./backoff.js";
export { type Clock, sleep, systemClock, type Timer } from "./clock.js";
export type { AnnouncerIfAny, Combined, WaitingOptions } from "./combinator.js";
export { type ConflatingChannel, conflatingChannel } from "./conflating-channel.js";
export { type DebounceOptions, debounce } from "./debounce.js";
export { type DefinedDiscovery, defineDiscovery } from "./define-discovery.js";
export {
  DISCOVERY_DEFAULTS,
  type DiscoveryDefinition,
  type Listed,
  type Registration,
  type SessionRequest,
} from "./discovery-definition.js";
export {
  DISCOVERY_ERROR_CODES,
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorDetails,
  isDiscoveryError,
  toDiscoveryError,
} from "./discovery-error.js";
export { type Endpoint, formatEndpoint, isHost, isIPv6, isPort, parseEndpoint } from "./endpoint.js";
export { type FallbackOptions, fallback } from "./fallback.js";
export { type InMemoryDiscovery, type InMemoryDiscoveryOptions, inMemoryDiscovery } from "./in-memory-discovery.js";
export { type InstanceLike, instanceKey, type NormalizeOptions, normalizeListing, sameListing } from "./listing.js";
export { type ListingChannel, listingChannel } from "./listing-channel.js";
export { type MergeOptions, merge } from "./merge.js";
export { type Random, shuffled, systemRandom } from "./random.js";
export type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
export type { Listing, ServiceInstance } from "./service-instance.js";
export { type SupervisedDiscovery, type SuperviseOptions, supervise } from "./supervise.js";
export {
  type DiscoveryInspection,
  inspectDiscovery,
  isSupervised,
  type Supervised,
  type SupervisionStatus,
} from "./supervision-status.js";
export { filter, map } from "./transform.js";
