import { formatEndpoint, isDiscoveryError, type Listing, type ServiceInstance } from "@rollcall/core";

/** A listing for a message: `{10.77.0.1:7001, 10.77.0.2:7002}`, shortened when there are many. */
export function show(listing: Iterable<ServiceInstance>): string {
  const places = [...listing].map(formatEndpoint).sort();
  return `{${places.slice(0, 8).join(", ")}${places.length > 8 ? `, … ${places.length} in all` : ""}}`;
}

/** An error for a message: its code if it has one, and what it says. */
export function showError(error: unknown): string {
  if (isDiscoveryError(error)) return `${error.code} (${error.message})`;
  return error instanceof Error ? `${error.name} (${error.message})` : String(error);
}

/** Whether both list the same hosts and ports, in whatever order and however often. */
export function samePlaces(one: Iterable<ServiceInstance>, other: Iterable<ServiceInstance>): boolean {
  return new Set([...one].map(formatEndpoint)).symmetricDifference(new Set([...other].map(formatEndpoint))).size === 0;
}

/** The instance in the listing with this host and port. */
export function find(listing: Listing, wanted: ServiceInstance): ServiceInstance | undefined {
  return listing.find((instance) => instance.host === wanted.host && instance.port === wanted.port);
}
