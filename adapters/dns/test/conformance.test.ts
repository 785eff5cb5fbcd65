import { discoveryConformance } from "@rollcall/conformance";
import type { ServiceInstance } from "@rollcall/core";
import type { Answer } from "dns-packet";
import * as vitest from "vitest";
import { dnsDiscovery } from "../src/index.js";
import { NameServer } from "./support/name-server.js";
import { a, aaaa, NXDOMAIN, soa, srv } from "./support/replies.js";
import type { Behaviour } from "./support/simulated-servers.js";

const POLLING = { minPollMs: 100, maxPollMs: 100, retransmitMs: 200 } as const;

const CANNOT = {
  announce: "what is listed is in the zone, which somebody else writes",
  listsItself: "it cannot announce",
  forget: "it cannot announce",
  ids: "the records have no place for an id",
} as const;

/** Records in memory, behind real sockets. The suite runs against real name servers as well: see `integration/dns`. */
class Zone {
  readonly services: Answer[] = [];
  readonly hosts: Answer[] = [];
  readonly answer: Behaviour = ({ name, type }) => {
    const all = [...this.services, ...this.hosts].filter((record) => record.name === name);
    const answers = all.filter((record) => record.type === type);
    const authorities = [soa("example", 0)];
    return all.length === 0
      ? { rcode: NXDOMAIN, authorities }
      : { answers, ...(answers.length > 0 ? {} : { authorities }) };
  };
}

vitest.describe.each([false, true])("preferTcp %s", (preferTcp) => {
  discoveryConformance(vitest, {
    name: "dns, SRV records",
    quietMs: 400, // polls are 100 ms apart
    without: { ...CANNOT, metadata: "priority, weight and target are there, and nothing else" },
    async open() {
      const [zone, server] = [new Zone(), await NameServer.start()];
      server.behaviour = zone.answer;
      const name = "_rollcall._tcp.orders.example";
      const target = ({ host, port }: ServiceInstance) => `${host.replaceAll(/[.:]/g, "-")}-${port}.example`;
      const address = (instance: ServiceInstance, as = target(instance)) =>
        instance.host.includes(":") ? aaaa(as, instance.host, 0) : a(as, instance.host, 0);
      const remove = (instance: ServiceInstance) => {
        const isOther = (record: Answer) =>
          !("data" in record) || (record.data as { target?: string }).target !== target(instance);
        zone.services.splice(0, zone.services.length, ...zone.services.filter(isOther));
      };
      const options = { name, servers: [server.address], preferTcp, ...POLLING };
      return {
        create: (pass) => dnsDiscovery(pass(options)),
        createUnknown: (pass) => dnsDiscovery(pass({ ...options, name: "_unknown._tcp.orders.example" })),
        add(instance) {
          remove(instance);
          zone.services.push(srv(name, target(instance), instance.port, { ttl: 0 }));
          zone.hosts.push(address(instance));
        },
        remove,
        addMalformed: () => void zone.services.push(srv(name, "n.example", 0, { ttl: 0 })),
        addDuplicate(instance) {
          zone.services.push(srv(name, "twin.example", instance.port, { ttl: 0, weight: 7 }));
          zone.hosts.push(address(instance, "twin.example"));
        },
        reorder: () => void zone.services.reverse(),
        makeUnavailable: () => server.close(),
        stall() {
          server.behaviour = () => undefined;
        },
        async restore() {
          server.behaviour = zone.answer;
          await server.close();
          await server.open();
        },
        dispose: () => server.close(),
      };
    },
  });
});
