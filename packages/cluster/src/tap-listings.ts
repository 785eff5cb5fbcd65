import type { DiscoveryRequest, Listing, ServiceDiscovery } from "@rollcall/core";

/** The same discovery; `onListing` hears of each listing before the subscriber does. */
export function tapListings(discovery: ServiceDiscovery, onListing: () => void): ServiceDiscovery {
  return {
    name: discovery.name,
    lookup: (request) => discovery.lookup(request),
    async *subscribe(request?: DiscoveryRequest): AsyncGenerator<Listing> {
      for await (const listing of discovery.subscribe(request)) {
        onListing();
        yield listing;
      }
    },
  };
}
