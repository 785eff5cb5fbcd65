import { type Announcer, type DefinedDiscovery, defineDiscovery } from "@rollcall/core";
import { announce } from "./announce.js";
import { browse, lookUp } from "./browse.js";
import { checkOptions, type EtcdDiscoveryOptions } from "./options.js";

/**
 * Lists the instances of a service in etcd, and announces there.
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function etcdDiscovery(options: EtcdDiscoveryOptions): DefinedDiscovery & Announcer {
  const checked = checkOptions(options);
  const { service, clock, random } = checked;
  const name = `etcd(${service})`;
  return defineDiscovery({
    name,
    ...(clock === undefined ? {} : { clock }),
    ...(random === undefined ? {} : { random }),
    lookup: ({ signal }) => lookUp(name, checked, signal),
    subscribe: (request) => browse(name, checked, request),
    announce: (self, request) => announce(self, name, checked, request),
  });
}
