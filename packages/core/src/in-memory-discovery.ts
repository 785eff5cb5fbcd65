import type { Announcer } from "./announcer.js";
import { type DefinedDiscovery, defineDiscovery } from "./define-discovery.js";
import { DiscoveryError } from "./discovery-error.js";
import { type InstanceLike, instanceKey, normalizeListing } from "./listing.js";
import { type ListingChannel, listingChannel } from "./listing-channel.js";
import type { Listing, ServiceInstance } from "./service-instance.js";

/** A discovery driven by hand, for tests and examples. */
export interface InMemoryDiscovery extends DefinedDiscovery, Announcer {
  /** What is listed now: what was set by hand, then what is announced. */
  readonly listing: Listing;
  /** How many subscriptions are open. */
  readonly subscribers: number;
  /** Lists exactly these, and whoever is announced. */
  set(instances: Iterable<InstanceLike>): void;
  /** Lists these as well. One with the key of a listed one takes its place. */
  add(...instances: InstanceLike[]): void;
  /** Lists these no longer, announced ones excepted. */
  remove(...instances: InstanceLike[]): void;
  /** Ends every open subscription with this error, once; new ones work. Default: `UNAVAILABLE`. */
  fail(error?: unknown): void;
  /** Ends every open subscription normally, as a careless adapter would (subscribers see `ENDED`). */
  end(): void;
  /** Like `fail`, and subscriptions, lookups and announcements keep failing until `recover`. */
  outage(error?: unknown): void;
  /** Ends an outage. */
  recover(): void;
}

export interface InMemoryDiscoveryOptions {
  /** Default `memory`. */
  readonly name?: string;
  /** The port of texts that name none. */
  readonly defaultPort?: number;
}

/** @throws DiscoveryError `INVALID_ENDPOINT` from here and from the methods, for a text that cannot be read */
export function inMemoryDiscovery(
  initial: Iterable<InstanceLike> = [],
  options: InMemoryDiscoveryOptions = {},
): InMemoryDiscovery {
  const { name = "memory" } = options;
  const sessions = new Set<ListingChannel>();
  const announced = new Set<ServiceInstance>();
  let byHand: Listing = [];
  let trouble: { readonly error: unknown } | undefined;

  const read = (instances: Iterable<InstanceLike>) =>
    normalizeListing(instances, {
      ...options,
      name,
      report(problem) {
        throw problem.cause;
      },
    });
  const listing = () => read([...byHand, ...announced]);
  const publish = () => {
    for (const session of sessions) session.push(listing());
  };
  const replace = (instances: Iterable<InstanceLike>) => {
    byHand = read(instances);
    publish();
  };
  const except = (instances: InstanceLike[]) => {
    const keys = new Set(read(instances).map(instanceKey));
    return byHand.filter((instance) => !keys.has(instanceKey(instance)));
  };
  const failSessions = (error: unknown) => {
    for (const session of sessions) session.fail(error);
    sessions.clear();
  };
  const unavailable = () => new DiscoveryError("UNAVAILABLE", `${name} was made to fail.`, { adapter: name });
  const throwIfInTrouble = () => {
    if (trouble) throw trouble.error;
  };

  replace(initial);
  const discovery = defineDiscovery({
    name,
    async lookup() {
      throwIfInTrouble();
      return listing();
    },
    subscribe({ signal }) {
      throwIfInTrouble();
      const session = listingChannel(signal);
      sessions.add(session);
      signal.addEventListener("abort", () => sessions.delete(session));
      session.push(listing());
      return session;
    },
    async announce(self) {
      throwIfInTrouble();
      announced.add(self);
      publish();
      return {
        async withdraw() {
          announced.delete(self);
          publish();
        },
      };
    },
  });
  return Object.assign(
    Object.defineProperties(discovery, {
      listing: { get: listing, enumerable: true },
      subscribers: { get: () => sessions.size, enumerable: true },
    }) as DefinedDiscovery & Announcer & Pick<InMemoryDiscovery, "listing" | "subscribers">,
    {
      set: replace,
      add: (...instances: InstanceLike[]) => replace([...except(instances), ...instances]),
      remove: (...instances: InstanceLike[]) => replace(except(instances)),
      fail: (error: unknown = unavailable()) => failSessions(error),
      end() {
        for (const session of sessions) session.end();
        sessions.clear();
      },
      outage(error: unknown = unavailable()) {
        trouble = { error };
        failSessions(error);
      },
      recover() {
        trouble = undefined;
      },
    },
  );
}
