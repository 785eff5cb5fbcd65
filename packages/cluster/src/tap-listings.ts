import { type DiscoveryRequest, type Listing, type ServiceDiscovery, sameListing } from "@rollcall/core";

/**
 * The same discovery; `onChange` hears of each listing that differs from the one before, ahead of the subscriber. A
 * session that is opened again begins with a listing, too: what was listed before it failed is no change.
 */
export function tapListings(discovery: ServiceDiscovery, onChange: () => void): ServiceDiscovery {
  let last: Listing | undefined;
  return {
    name: discovery.name,
    lookup: (request) => discovery.lookup(request),
    async *subscribe(request?: DiscoveryRequest): AsyncGenerator<Listing> {
      for await (const listing of discovery.subscribe(request)) {
        if (last === undefined || !sameListing(last, listing)) onChange();
        last = listing;
        yield listing;
      }
    },
  };
}
