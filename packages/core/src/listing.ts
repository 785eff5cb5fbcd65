import { DiscoveryError } from "./discovery-error.js";
import { formatEndpoint, isHost, isPort, parseEndpoint } from "./endpoint.js";
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
 * Metadata that is a number or a boolean becomes text; anything else that is not text is dropped.
 *
 * @throws DiscoveryError `INVALID_RESPONSE` when `raw` is not a list at all
 */
export function normalizeListing(raw: Iterable<InstanceLike>, options: NormalizeOptions): Listing {
  if (normalized.has(raw)) return raw as Listing;
  if (typeof raw === "string" || !isIterable(raw)) {
    throw new DiscoveryError("INVALID_RESPONSE", `${options.name}: expected a list of instances, got ${show(raw)}.`, {
      adapter: options.name,
    });
  }
  const instances: ServiceInstance[] = [];
  for (const entry of raw) {
    try {
      instances.push(toInstance(entry, options.defaultPort));
    } catch (cause) {
      const message = `${options.name}: left out ${show(entry)}: ${(cause as Error).message}`;
      options.report?.(new DiscoveryError("MALFORMED_RECORD", message, { adapter: options.name, cause }));
    }
  }
  return uniqueInstances(instances);
}

/** Whether two listings name the same instances with the same metadata, in whatever order. */
export function sameListing(a: Listing, b: Listing): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  const prints = new Set(a.map(fingerprint));
  return b.every((instance) => prints.has(fingerprint(instance)));
}

/** What tells an instance from others in a listing: its id (written `#id`) when it has one, else `host:port`. */
export function instanceKey(instance: ServiceInstance): string {
  return instance.id === undefined ? endpointKey(instance) : `#${instance.id}`;
}

/** A frozen, checked copy. @throws when the entry is not an instance; the message completes "left out x: …" */
export function toInstance(entry: InstanceLike, defaultPort?: number): ServiceInstance {
  if (typeof entry === "string") return Object.freeze(parseEndpoint(entry, defaultPort));
  if (typeof entry !== "object" || entry === null) throw new TypeError("it is neither an instance nor a text.");
  const { host, port, id, metadata } = entry;
  if (typeof host !== "string" || !isHost(host)) {
    throw new TypeError(`its host ${show(host)} is neither a host name nor an IP address without brackets.`);
  }
  if (!isPort(port)) throw new TypeError(`its port ${show(port)} is not a whole number from 1 to 65535.`);
  if (id !== undefined && typeof id !== "string") throw new TypeError(`its id ${show(id)} is not a text.`);
  return Object.freeze({
    host,
    port,
    // Registries write "no id" as an empty text, and two nameless instances are not the same one.
    ...(id ? { id } : {}),
    ...(metadata ? { metadata: textsOf(metadata) } : {}),
  });
}

/** The instances without duplicates, in the order given. */
function uniqueInstances(instances: readonly ServiceInstance[]): Listing {
  const ranked = instances.map((instance) => ({ instance, print: fingerprint(instance) }));
  // Taking them in an order of their own makes the choice among duplicates independent of how they arrived.
  ranked.sort((a, b) => rank(a.instance) - rank(b.instance) || (a.print < b.print ? -1 : Number(a.print > b.print)));
  const seen = new Set<string>();
  const kept = new Set<ServiceInstance>();
  for (const { instance } of ranked) {
    const keys = [endpointKey(instance), instanceKey(instance)];
    if (keys.some((key) => seen.has(key))) continue;
    for (const key of keys) seen.add(key);
    kept.add(instance);
  }
  const listing = Object.freeze(instances.filter((instance) => kept.delete(instance)));
  normalized.add(listing);
  return listing;
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function";
}

function rank(instance: ServiceInstance): number {
  return instance.id === undefined ? 1 : 0;
}

function textsOf(metadata: object): Readonly<Record<string, string>> {
  const texts = Object.entries(metadata).flatMap(([key, value]): [string, string][] =>
    ["string", "number", "boolean"].includes(typeof value) ? [[key, String(value)]] : [],
  );
  return Object.freeze(Object.fromEntries(texts));
}

/** One spelling per endpoint: names differ neither by case nor by the root's dot, IPv6 addresses not by their zeros. */
function endpointKey({ host, port }: ServiceInstance): string {
  const [address = "", zone] = host.toLowerCase().split("%", 2);
  if (!address.includes(":")) return formatEndpoint({ host: address.replace(/\.$/, ""), port });
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return formatEndpoint({ host: zone === undefined ? short : `${short}%${zone}`, port });
}

function fingerprint(instance: ServiceInstance): string {
  const metadata = Object.entries(instance.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([endpointKey(instance), instance.id ?? null, metadata]);
}

function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Cycles and big integers: the plain conversion below will do for a message.
  }
  text ??= String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
