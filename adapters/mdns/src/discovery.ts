import { type Announcer, type DefinedDiscovery, defineDiscovery, systemClock } from "@rollcall/core";
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
    announce: (self, request) => announce(self, name, checked, network, outside.resolve ?? resolveBySystem, request),
  });
}
