import type { Announcer } from "./announcer.js";
import { type DefinedDiscovery, defineDiscovery } from "./define-discovery.js";
import { failure } from "./discovery-error.js";
import { type InstanceLike, instanceKey, normalizeListing } from "./listing.js";
import { type ListingChannel, listingChannel } from "./listing-channel.js";
import { onAbort } from "./on-abort.js";
import type { Listing, ServiceInstance } from "./service-instance.js";

/** A discovery driven by hand, for tests and examples. */
export interface InMemoryDiscovery extends DefinedDiscovery, Announcer {
  /** What is listed now: what was set by hand and what is announced. */
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
}

export interface InMemoryDiscoveryOptions {
  /** Default `memory`. */
  readonly name?: string;
  /** The port of texts that name none. */
  readonly defaultPort?: number;
}

/** @throws DiscoveryError `MALFORMED_RECORD` from here and from the methods, for what cannot be read */
export function inMemoryDiscovery(
  initial: Iterable<InstanceLike> = [],
  options: InMemoryDiscoveryOptions = {},
): InMemoryDiscovery {
  const { name = "memory" } = options;
  const sessions = new Set<ListingChannel>();
  const announced = new Set<ServiceInstance>();
  let byHand: Listing = [];

  const read = (instances: Iterable<InstanceLike>) =>
    normalizeListing(instances, {
      ...options,
      name,
      report(problem) {
        throw problem;
      },
    });
  const listing = () => read([...byHand, ...announced]);
  const publish = () => {
    for (const session of sessions) session.push(listing());
  };
  const set = (instances: Iterable<InstanceLike>) => {
    byHand = read(instances);
    publish();
  };
  const except = (instances: InstanceLike[]) => {
    const keys = read(instances).map(instanceKey);
    return byHand.filter((instance) => !keys.includes(instanceKey(instance)));
  };
  set(initial);
  const discovery = defineDiscovery({
    name,
    lookup: async () => listing(),
    subscribe({ signal }) {
      const session = listingChannel(signal);
      sessions.add(session);
      onAbort(signal, () => sessions.delete(session));
      session.push(listing());
      return session;
    },
    async announce(self) {
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
  return Object.defineProperties(
    Object.assign(discovery, {
      set,
      add: (...instances: InstanceLike[]) => set([...except(instances), ...instances]),
      remove: (...instances: InstanceLike[]) => set(except(instances)),
      fail(error: unknown = failure(name, "UNAVAILABLE", "it was made to fail.")) {
        for (const session of sessions) session.fail(error);
      },
      end() {
        for (const session of sessions) session.end();
      },
    }),
    { listing: { get: listing }, subscribers: { get: () => sessions.size } },
  ) as InMemoryDiscovery;
}
