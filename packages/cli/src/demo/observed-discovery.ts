import { canAnnounce, type Listing, type ServiceDiscovery } from "@rollcall/core";

/** The same discovery, but `onListing` hears of every listing before the subscriber does. */
export function observed(
  discovery: ServiceDiscovery,
  onListing: (listing: Listing) => void,
): ServiceDiscovery & AsyncDisposable {
  return {
    name: discovery.name,
    lookup: (request) => discovery.lookup(request),
    async *subscribe(request) {
      for await (const listing of discovery.subscribe(request)) {
        onListing(listing);
        yield listing;
      }
    },
    async [Symbol.asyncDispose]() {
      await discovery[Symbol.asyncDispose]?.();
    },
    ...(canAnnounce(discovery) ? { announce: discovery.announce.bind(discovery) } : {}),
  };
}
