import { type DiscoveryError, failure, toDiscoveryError } from "./discovery-error.js";
import { canonicalHost, formatEndpoint, parseEndpoint } from "./endpoint.js";
import type { Listing, ServiceInstance } from "./service-instance.js";

/** Listings made here, so that a stack of combinators checks each one once. */
const normalized = new WeakSet<object>();

/** What an adapter may list: an instance, or a text for {@link parseEndpoint}. */
export type InstanceLike = ServiceInstance | string;

export interface NormalizeOptions {
  /** The discovery's name, for problems. */
  readonly name: string;
  /** The port of texts that name none. Without it such a text is malformed. */
  readonly defaultPort?: number;
  /** Hears of each entry that was left out (`MALFORMED_RECORD`). */
  readonly report?: (problem: DiscoveryError) => void;
}

/**
 * Makes a listing of whatever an adapter found: texts parsed, entries copied and frozen, what cannot be read left out
 * and reported, each instance once. Two entries are one instance when they have the same id or the same host and port;
 * which of them stays depends on the set alone, never on its order (one with an id goes before one without).
 * An id and metadata become text; metadata that is null, undefined or an object is dropped.
 *
 * @throws DiscoveryError `INVALID_RESPONSE` when `raw` is not a list at all
 */
export function normalizeListing(raw: Iterable<InstanceLike>, options: NormalizeOptions): Listing {
  if (normalized.has(raw)) return raw as Listing;
  const { name, defaultPort, report } = options;
  if (!isList(raw)) throw failure(name, "INVALID_RESPONSE", `expected a list of instances, got ${typeof raw}.`);
  const instances: ServiceInstance[] = [];
  for (const entry of raw) {
    try {
      instances.push(toInstance(entry, defaultPort));
    } catch (cause) {
      report?.(failure(name, "MALFORMED_RECORD", `left out a record: ${toDiscoveryError(cause).message}`, { cause }));
    }
  }
  const listing = uniqueInstances(instances);
  normalized.add(listing);
  return listing;
}

/** Whether two listings name the same instances with the same metadata, in whatever order. */
export function sameListing(a: Listing, b: Listing): boolean {
  const print = (listing: Listing) => JSON.stringify(listing.map(fingerprint).sort());
  return a === b || (a.length === b.length && print(a) === print(b));
}

/** What tells an instance from others in a listing: its id (written `#id`) when it has one, else `host:port`. */
export function instanceKey(instance: ServiceInstance): string {
  return instance.id === undefined ? endpointKey(instance) : `#${instance.id}`;
}

/**
 * A frozen, checked copy. An error in place of an entry says why there is none.
 *
 * @throws DiscoveryError `INVALID_ENDPOINT`, or that error
 */
export function toInstance(entry: InstanceLike | Error, defaultPort?: number): ServiceInstance {
  if (entry instanceof Error) throw entry;
  const { host, port, id, metadata } = Object(entry);
  let text = entry;
  // Nothing in the brackets of JSON can be taken for an endpoint, but the message shows what it was.
  if (typeof text !== "string")
    text = typeof host === "string" ? formatEndpoint({ host, port }) : JSON.stringify([text]);
  return Object.freeze({
    ...parseEndpoint(text, defaultPort),
    // Registries write "no id" as an empty text, and two nameless instances are not the same one.
    ...(id && { id: String(id) }),
    ...(metadata && { metadata: textsOf(metadata) }),
  });
}

/** Whether something can be read as a list. A text is no list of its characters. */
export function isList(value: unknown): value is Iterable<InstanceLike> {
  return typeof value === "object" && Symbol.iterator in Object(value);
}

function uniqueInstances(instances: readonly ServiceInstance[]): Listing {
  const byPrint = new Map(instances.map((instance) => [fingerprint(instance), instance]));
  const seen = new Set<string>();
  // Choosing in an order of its own makes the choice among duplicates independent of how they arrived.
  for (const [print, instance] of [...byPrint].sort(byFirst)) {
    const keys = [endpointKey(instance), instanceKey(instance)];
    if (keys.some((key) => seen.has(key))) byPrint.delete(print);
    else for (const key of keys) seen.add(key);
  }
  return Object.freeze([...byPrint.values()]);
}

function textsOf(metadata: object): Readonly<Record<string, string>> {
  const texts = Object.entries(metadata).filter(([, value]) => typeof (value ?? {}) !== "object");
  return Object.freeze(Object.fromEntries(texts.map(([key, value]) => [key, String(value)])));
}

function endpointKey({ host, port }: ServiceInstance): string {
  return formatEndpoint({ host: canonicalHost(host), port });
}

/** Equal for instances that differ in nothing. One with an id sorts before its like without: `"` before `null`. */
function fingerprint(instance: ServiceInstance): string {
  const { id, metadata = {} } = instance;
  return JSON.stringify([endpointKey(instance), id, Object.entries(metadata).sort(byFirst)]);
}

function byFirst([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
