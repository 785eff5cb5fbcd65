import { type Combined, derive } from "./combinator.js";
import { toDiscoveryError } from "./discovery-error.js";
import type { InstanceLike } from "./listing.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import type { Listing, ServiceInstance } from "./service-instance.js";

/**
 * Lists what `change` makes of each instance; `undefined` leaves it out. One that `change` throws on is left out and
 * reported as `MALFORMED_RECORD`. Announces through, unchanged.
 */
export function map<D extends ServiceDiscovery>(
  discovery: D,
  change: (instance: ServiceInstance) => InstanceLike | undefined,
): Combined<D> {
  const changeAll = (listing: Listing) =>
    listing.flatMap((instance) => {
      try {
        return change(instance) ?? [];
      } catch (error) {
        return [toDiscoveryError(error) as unknown as InstanceLike];
      }
    });
  return derive(discovery, {
    lookup: async (request) => changeAll(await discovery.lookup(request)),
    async *subscribe(request) {
      for await (const listing of discovery.subscribe(request)) yield changeAll(listing);
    },
  });
}

/**
 * Lists the instances for which `predicate` holds. One that it throws on is left out and reported as
 * `MALFORMED_RECORD`. Announces through, whether or not the announced instance would pass.
 */
export function filter<D extends ServiceDiscovery>(
  discovery: D,
  predicate: (instance: ServiceInstance) => boolean,
): Combined<D> {
  return map(discovery, (instance) => (predicate(instance) ? instance : undefined));
}
