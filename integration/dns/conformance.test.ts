import { discoveryConformance } from "@rollcall/conformance";
import type { ServiceInstance } from "@rollcall/core";
import { dnsDiscovery } from "@rollcall/dns";
import * as vitest from "vitest";
import { nameServers } from "./name-servers.ts";
import { addressRecord, serviceRecord, silence, ZONE, type ZoneRecord } from "./zone-server.ts";

const POLLING = { minPollMs: 100, maxPollMs: 100, retransmitMs: 300 } as const;
let places = 0;

for (const { name, start } of nameServers) {
  if (start === undefined) {
    vitest.it.skip(`${name}: discovery conformance`);
    continue;
  }
  const server = await start();

  discoveryConformance(vitest, {
    name: `dns, SRV records in ${name}`,
    quietMs: 500, // polls are 100 ms apart
    settleMs: 30_000,
    without: {
      announce: "what is listed is in the zone, which somebody else writes",
      listsItself: "it cannot announce",
      forget: "it cannot announce",
      ids: "the records have no place for an id",
      metadata: "priority, weight and target are there, and nothing else",
    },
    open() {
      const place = `p${++places}.${ZONE}`;
      const service = `_rollcall._tcp.${place}`;
      const added = new Map<string, ZoneRecord[]>();
      const label = ({ host, port }: ServiceInstance) => `${host.replaceAll(/[.:]/g, "-")}-${port}`;
      const options = { name: service, servers: [server.address], ...POLLING };
      let isDown = false;
      let isPaused = false;
      const add = async (key: string, records: ZoneRecord[]) => {
        if (added.has(key)) return;
        await server.change({ add: records });
        added.set(key, records);
      };
      const restore = async () => {
        if (isPaused) server.process.resume();
        if (isDown) await server.process.start();
        isPaused = isDown = false;
      };
      return {
        create: (pass) => dnsDiscovery(pass(options)),
        createUnknown: (pass) => dnsDiscovery(pass({ ...options, name: `_unknown._tcp.${place}` })),
        add: (instance) =>
          add(label(instance), [
            serviceRecord(service, `${label(instance)}.${place}`, instance.port),
            addressRecord(`${label(instance)}.${place}`, instance.host),
          ]),
        async remove(instance) {
          await server.change({ remove: added.get(label(instance)) ?? [] });
          added.delete(label(instance));
        },
        addMalformed: () => add("malformed", [serviceRecord(service, `malformed.${place}`, 0)]),
        addDuplicate: (instance) =>
          add("duplicate", [
            serviceRecord(service, `duplicate.${place}`, instance.port, 7),
            addressRecord(`duplicate.${place}`, instance.host),
          ]),
        // Each of them gives its answers in another order every time, or is told to put a record to the others.
        reorder: () => {},
        async makeUnavailable() {
          await server.process.kill();
          isDown = true;
        },
        async stall() {
          isPaused = true;
          await silence(server);
        },
        restore,
        async dispose() {
          await restore();
          const remove = [...added.values()].flat();
          if (remove.length > 0) await server.change({ remove });
        },
      };
    },
    dispose: () => server[Symbol.asyncDispose](),
  });
}
