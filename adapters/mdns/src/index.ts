/**
 * Discovery and announcement on the local network by multicast DNS (RFC 6762) and DNS-based service discovery
 * (RFC 6763): no registry, no configuration.
 *
 * @packageDocumentation
 */
import type { Announcer, DefinedDiscovery } from "@rollcall/core";
import { createDiscovery } from "./discovery.js";
import type { MdnsDiscoveryOptions } from "./options.js";

export { MDNS_DEFAULTS, type MdnsDiscoveryOptions } from "./options.js";

/**
 * Finds and announces instances of a service by multicast DNS.
 *
 * Each subscription, lookup and announcement has sockets of its own, one per interface and address family, and closes
 * them when it ends. A subscription throws `UNAVAILABLE` when no interface is left, `MISCONFIGURED` when those named in
 * `interfaces` do not exist (now: it can be tried again).
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function mdnsDiscovery(options: MdnsDiscoveryOptions): DefinedDiscovery & Announcer {
  return createDiscovery(options);
}
