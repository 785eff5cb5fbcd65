import type { Announcer, DefinedDiscovery, Listing } from "@rollcall/core";

/** The same discovery, but `onListing` hears of every listing before the subscriber does. */
export function observed(
  discovery: DefinedDiscovery & Announcer,
  onListing: (listing: Listing) => void,
): DefinedDiscovery & Announcer {
  return {
    ...discovery,
    async *subscribe(request) {
      for await (const listing of discovery.subscribe(request)) {
        onListing(listing);
        yield listing;
      }
    },
  };
}
