import { type Announcer, type DefinedDiscovery, defineDiscovery, type ServiceInstance } from "@rollcall/core";
import { dnsDiscovery } from "@rollcall/dns";
import { type Update, updateZone } from "./dns-update.js";

/** The zone's records live for a second; in milliseconds. */
const POLLING = { minPollMs: 250, maxPollMs: 500 } as const;
const WITHDRAW_LIMIT_MS = 2_000;

/**
 * A service in a zone in which each node puts itself. The adapter does not do that, as it is nobody's business in most
 * zones; here it is a dynamic update (RFC 2136).
 *
 * @param url `dns://address:port/zone`
 */
export function updatedZone(url: string, service: string): DefinedDiscovery & Announcer {
  const { hostname: host, port, pathname } = new URL(url);
  const zone = { host, port: Number(port || 53), name: pathname.slice(1) };
  const name = `_rollcall._tcp.${service}.${zone.name}`;
  const discovery = dnsDiscovery({ name, servers: [`${host}:${zone.port}`], type: "A", ...POLLING });
  return defineDiscovery({
    name: discovery.name,
    lookup: (request) => discovery.lookup(request),
    subscribe: (request) => discovery.subscribe(request),
    async announce(self, { signal }) {
      const updates = recordsOf(name, zone.name, self);
      await updateZone(zone, updates, signal);
      const withdraw = () => {
        const removals = updates.map((update) => ({ ...update, remove: true }));
        return updateZone(zone, removals, AbortSignal.timeout(WITHDRAW_LIMIT_MS));
      };
      return { withdraw };
    },
    dispose: () => discovery[Symbol.asyncDispose](),
  });
}

function recordsOf(name: string, zone: string, { host, port }: ServiceInstance): Update[] {
  const target = `node-${port}.${zone}`;
  return [
    { name, service: { port, target } },
    { name: target, address: host },
  ];
}
