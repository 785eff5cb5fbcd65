/**
 * Rollcall discovery from DNS: the SRV records of a name (RFC 2782), or its addresses.
 *
 * @packageDocumentation
 */
import type { DefinedDiscovery } from "@rollcall/core";
import { createDiscovery } from "./discovery.js";
import type { DnsDiscoveryOptions } from "./options.js";

export { DNS_DEFAULTS, type DnsDiscoveryOptions } from "./options.js";

/**
 * Lists what the DNS says: `{ name }` for SRV records, whose priority, weight and target are in the metadata, or
 * `{ name, port }` for the addresses of a name. It cannot announce.
 *
 * A subscription asks again when the shortest time to live is over. Nothing stays open between two questions. A name
 * that does not exist is an empty listing; it throws `TIMED_OUT` when no server answers, `UNAVAILABLE` when none can,
 * `FORBIDDEN` when they refuse, `INVALID_RESPONSE` when answers make no sense. All of these may pass by themselves.
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function dnsDiscovery(options: DnsDiscoveryOptions): DefinedDiscovery {
  return createDiscovery(options);
}
