import { discoveryConformance } from "@rollcall/conformance";
import { natsDiscovery } from "@rollcall/nats";
import * as vitest from "vitest";
import { NatsServer } from "../servers/nats.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { NatsPeers } from "./nats-peers.ts";
import { natsVersions } from "./versions.ts";

let places = 0;

for (const { name, program } of natsVersions) {
  if (program === undefined) {
    vitest.it.skip(`${name}: discovery conformance`);
    continue;
  }
  const server = await NatsServer.start(program);
  const peers = new NatsPeers({ port: server.port });

  discoveryConformance(vitest, {
    name,
    settleMs: 30_000,
    quietMs: 1500, // two heartbeats, at a third of the time to live
    lookupTimeoutMs: 3000,
    releaseMs: 2500,
    async open() {
      const service = `c${++places}`;
      const cleanups: (() => unknown)[] = [];
      const proxy = await FaultyProxy.start(server.port, (act) => cleanups.push(act));
      const servers = `127.0.0.1:${proxy.port}`;
      const short = { servers, ttlMs: 2000, gatherMs: 250, settleMs: 50, answerTimeoutMs: 2500 };
      return {
        create: (pass) => natsDiscovery(pass({ service, ...short })),
        createUnknown: (pass) => natsDiscovery(pass({ service: `u${places}`, ...short })),
        add: (instance) => peers.put(service, [instance]),
        remove: (instance) => peers.remove(service, [instance]),
        addMalformed: () => peers.put(service, [{ host: "10.77.99.99", port: 0 }]),
        addDuplicate: ({ host, port }) => peers.put(service, [{ host, port, id: "duplicate" }]),
        reorder: () => peers.reverse(),
        // Nothing is stored, so there is nothing to lose but the connections.
        async forget() {
          await server.process.kill();
          await server.process.start();
          await peers.ready();
        },
        makeUnavailable: () => proxy.refuse(),
        stall: () => proxy.hold(),
        async restore() {
          proxy.pass();
          await proxy.listenAgain().catch(() => {});
        },
        dispose: () => Promise.all(cleanups.map((act) => act())).then(() => {}),
      };
    },
    async dispose() {
      peers.close();
      await server[Symbol.asyncDispose]();
    },
  });
}
