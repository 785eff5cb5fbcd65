import { discoveryConformance } from "@rollcall/conformance";
import { etcdDiscovery } from "@rollcall/etcd";
import * as vitest from "vitest";
import { EtcdServer } from "../servers/etcd.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { EtcdClient } from "./etcd-client.ts";
import type { EtcdVersion } from "./versions.ts";

let places = 0;

/** The contract of discoveries, against a server of one version. In a file of its own: it measures what the process keeps. */
export async function etcdConformance({ name, program }: EtcdVersion): Promise<void> {
  if (program === undefined) {
    vitest.it.skip(`${name}: discovery conformance`);
    return;
  }
  const server = await EtcdServer.start(program);
  const client = new EtcdClient(server.port);

  discoveryConformance(vitest, {
    name,
    settleMs: 30_000,
    quietMs: 1500, // two renewals, at a third of the shortest lease
    lookupTimeoutMs: 3000,
    releaseMs: 2500,
    async open() {
      const service = `c${++places}`;
      const cleanups: (() => unknown)[] = [];
      const proxy = await FaultyProxy.start(server.port, (act) => cleanups.push(act));
      const urls = [`http://127.0.0.1:${proxy.port}`];
      const short = { urls, ttlMs: 2000, keepAliveMs: 1000, progressMs: 1000, requestTimeoutMs: 2500 };
      return {
        create: (pass) => etcdDiscovery(pass({ service, ...short })),
        createUnknown: (pass) => etcdDiscovery(pass({ service: `u${places}`, ...short })),
        add: (instance) => client.put(service, [instance]),
        remove: (instance) => client.remove(service, [instance]),
        addMalformed: () => client.putText(service, "malformed", "{"),
        addDuplicate: ({ host, port }) => client.put(service, [{ host, port, id: "duplicate" }]),
        forget: (instance) => client.endLease(service, instance),
        makeUnavailable: () => proxy.refuse(),
        stall: () => proxy.hold(),
        async restore() {
          proxy.pass();
          await proxy.listenAgain().catch(() => {});
        },
        dispose: () => Promise.all(cleanups.map((act) => act())).then(() => {}),
      };
    },
    without: { order: "keys are ordered" },
    async dispose() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  });
}
