import { type Announcer, type DefinedDiscovery, defineDiscovery, type InstanceLike, systemClock } from "@rollcall/core";
import { announce } from "./announce/announce.js";
import { type ResolveHost, resolveBySystem } from "./announce/announced-thing.js";
import { browse } from "./browse/browse.js";
import type { Network } from "./net/network.js";
import { socketNetwork } from "./net/socket-network.js";
import { checkOptions, type MdnsDiscoveryOptions } from "./options.js";

/** What tests replace. */
export interface Outside {
  readonly network?: Network;
  readonly resolve?: ResolveHost;
}

export function createDiscovery(options: MdnsDiscoveryOptions, outside: Outside = {}): DefinedDiscovery & Announcer {
  const checked = checkOptions(options);
  const { service, clock = systemClock, random } = checked;
  const name = `mdns(${service})`;
  const network = outside.network ?? socketNetwork({ ...checked, name, clock, interfaces: checked.interfaces });
  return defineDiscovery({
    name,
    clock,
    ...(random === undefined ? {} : { random }),
    subscribe: (request) => browse(name, checked, network, request),
    // Nothing follows a lookup that could complete it, so it gathers for as long as it may.
    lookup: (request) => firstListing(browse(name, { ...checked, settleMs: checked.firstListingMs }, network, request)),
    announce: (self, request) => announce(self, name, checked, network, outside.resolve ?? resolveBySystem, request),
  });
}

async function firstListing(session: AsyncIterable<Iterable<InstanceLike>>): Promise<Iterable<InstanceLike>> {
  for await (const listing of session) return listing;
  return []; // aborted; nobody hears this
}
