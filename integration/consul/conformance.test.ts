import { randomUUID } from "node:crypto";
import { discoveryConformance } from "@rollcall/conformance";
import * as vitest from "vitest";
import { consulHarness, type TestedConsul } from "../../adapters/consul/test/support/harness.ts";
import { type ConsulOptions, ConsulServer } from "../servers/consul.ts";
import type { Program } from "../servers/find-program.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { consul } from "./program.ts";

/** An agent in development mode, behind a proxy. */
async function start(program: Program, options: ConsulOptions): Promise<TestedConsul> {
  const server = await ConsulServer.start(program, options);
  const cleanups: (() => unknown)[] = [() => server[Symbol.asyncDispose]()];
  const proxy = await FaultyProxy.start(server.port, (act) => cleanups.push(act));
  return {
    url: `http://127.0.0.1:${proxy.port}`,
    directUrl: server.url,
    ...(options.managementToken === undefined ? {} : { token: options.managementToken }),
    refuse: () => proxy.refuse(),
    hold: () => proxy.hold(),
    async restore() {
      proxy.pass();
      await proxy.listenAgain().catch(() => {});
    },
    dispose: () => Promise.all(cleanups.reverse().map((act) => act())).then(() => {}),
  };
}

const without = { order: "Consul answers in an order of its own" };
const variants = [
  ["consul", {}, {}],
  ["consul with ACLs", { managementToken: randomUUID() }, {}],
  ["consul with TCP checks", {}, { check: "tcp" }],
] as const;

for (const [name, options, more] of variants) {
  if (consul === undefined) {
    vitest.it.skip(`${name}: discovery conformance`);
    continue;
  }
  const program = consul;
  discoveryConformance(
    vitest,
    consulHarness(name, () => start(program, options), { more, without }),
  );
}
