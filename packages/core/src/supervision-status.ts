import type { DiscoveryError } from "./discovery-error.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";

/** How a supervised discovery is doing at one moment. */
export interface SupervisionStatus {
  /**
   * `idle`: nobody subscribes. `opening`: a session was opened and has not listed anything yet. `live`: it has.
   * `retrying`: the last session is over and the next one waits for its time.
   */
  readonly state: "idle" | "opening" | "live" | "retrying";
  /** The last good listing, however old. */
  readonly listing?: Listing | undefined;
  /** Milliseconds since `listing` was last known to be current: 0 while live, growing from the loss of the session. */
  readonly listingAgeMs?: number | undefined;
  /** Why the last lost session was lost; stays after recovery. */
  readonly lastError?: DiscoveryError | undefined;
  /** Sessions lost in a row without a listing in between. */
  readonly failures: number;
  /** Milliseconds until the next session is opened; only while retrying. */
  readonly retryInMs?: number | undefined;
}

/** What `supervise` adds to a discovery. Recognise it with {@link isSupervised}, by shape. */
export interface Supervised {
  /** A snapshot, taken when read. */
  readonly status: SupervisionStatus;
  /** Calls `listener`, which must not throw, after each change; once, if added twice. Returns what stops that. */
  watchStatus(listener: (status: SupervisionStatus) => void): () => void;
}

export function isSupervised(discovery: ServiceDiscovery): discovery is ServiceDiscovery & Supervised {
  return typeof (discovery as Partial<Supervised>).watchStatus === "function";
}

/** A discovery and what it is made of, for people to look at. */
export interface DiscoveryInspection {
  readonly name: string;
  /** Of a supervised discovery. */
  readonly status?: SupervisionStatus | undefined;
  /** Of a combination: what it combines. Otherwise empty. */
  readonly sources: readonly DiscoveryInspection[];
}

/** Looks through combinators down to every source, so that a program can show which of its registries is in trouble. */
export function inspectDiscovery(discovery: ServiceDiscovery): DiscoveryInspection {
  const { name, status, sources = [] } = discovery as ServiceDiscovery & Partial<Supervised & { sources: [] }>;
  return { name, status, sources: sources.map(inspectDiscovery) };
}
