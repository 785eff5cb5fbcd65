import { announceThrough, type Combined, combine } from "./combinator.js";
import { DiscoveryError } from "./discovery-error.js";
import type { InstanceLike } from "./listing.js";
import type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
import type { ServiceInstance } from "./service-instance.js";

/**
 * Lists what `change` makes of each instance; `undefined` leaves it out. One that `change` throws on is left out and
 * reported as `MALFORMED_RECORD`. Announces through, unchanged.
 */
export function map<D extends ServiceDiscovery>(
  discovery: D,
  change: (instance: ServiceInstance) => InstanceLike | undefined,
): Combined<D> {
  const changeAll = (listing: readonly ServiceInstance[], { report }: Pick<DiscoveryRequest, "report">) =>
    listing.flatMap((instance) => {
      try {
        return change(instance) ?? [];
      } catch (cause) {
        const message = `${discovery.name}: left out ${JSON.stringify(instance)}: ${(cause as Error)?.message ?? cause}`;
        report?.(new DiscoveryError("MALFORMED_RECORD", message, { adapter: discovery.name, cause }));
        return [];
      }
    });
  return combine([discovery], {
    name: discovery.name,
    lookup: async (request) => changeAll(await discovery.lookup(request), request),
    async *subscribe(request) {
      for await (const listing of discovery.subscribe(request)) yield changeAll(listing, request);
    },
    ...announceThrough(discovery),
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
