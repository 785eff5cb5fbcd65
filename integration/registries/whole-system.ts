import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { everybodySeesEverybody, gone } from "../failure/support/cluster.ts";
import { Member, type OnTestFinished } from "../failure/support/member.ts";
import { CROWD_MS } from "../support/patience.ts";
import type { Registry, RegistryServer } from "./registry.ts";

const LIMIT_MS = 300_000;
/** A cluster that finds its registry again has paused for up to 30 s between attempts by then; in milliseconds. */
const JOIN_LIMIT_MS = 45_000 + CROWD_MS;
const SERVICE = "orders";

/** What makes processes that know the registry, and nothing else. */
function nodesOf(registry: Registry, server: RegistryServer, onTestFinished: OnTestFinished) {
  const { module, factory } = registry;
  const discovery = { module, factory, options: server.options(SERVICE, { port: server.port }) };
  return () => Member.start({ port: 0, contacts: [], discovery }, { onTestFinished });
}

/** What must hold of a cluster of real processes that find each other by a real server of this registry. */
export function wholeSystem(registry: Registry): void {
  describe(`a cluster that knows only ${registry.name}`, { concurrent: true, timeout: LIMIT_MS }, () => {
    it("forms, lives on without its registry, and takes a fourth node in when that is back", async ({
      onTestFinished,
    }) => {
      const server = await registry.start({});
      onTestFinished(() => server[Symbol.asyncDispose]());
      const start = nodesOf(registry, server, onTestFinished);
      const members = await Promise.all([start(), start(), start()]);
      await everybodySeesEverybody(members);

      await server.kill();
      // Registrations run out, and every renewal and every look fails.
      await pause(registry.expiryMs);
      expect(gone(members)).toEqual([]);
      await server.start();

      const all = [...members, await start()];
      await everybodySeesEverybody(all, JOIN_LIMIT_MS);
      expect(gone(all)).toEqual([]);
    });

    it("loses a node to kill -9: it is out of the registry in time, and down everywhere", async ({
      onTestFinished,
    }) => {
      const server = await registry.start({});
      onTestFinished(() => server[Symbol.asyncDispose]());
      const start = nodesOf(registry, server, onTestFinished);
      const members = await Promise.all([start(), start(), start()]);
      await everybodySeesEverybody(members);
      const [victim, ...others] = members as [Member, ...Member[]];
      let ids = await server.ids(SERVICE);
      expect([...ids].sort()).toEqual(members.map(({ id }) => id).sort());

      victim.signal("SIGKILL");
      const killedAt = performance.now();

      const expiryMs = registry.expiryMs + CROWD_MS;
      while (ids.includes(victim.id) && performance.now() - killedAt < expiryMs) {
        await pause(50);
        ids = await server.ids(SERVICE);
      }
      expect([...ids].sort()).toEqual(others.map(({ id }) => id).sort());
      await everybodySeesEverybody(others);
      for (const other of others) await other.hasSeen(`${victim.id} down`, `${victim.id} removed`);
    });

    it("leaves nothing in the registry when its nodes leave", async ({ onTestFinished }) => {
      const server = await registry.start({});
      onTestFinished(() => server[Symbol.asyncDispose]());
      const start = nodesOf(registry, server, onTestFinished);
      const members = await Promise.all([start(), start()]);
      await everybodySeesEverybody(members);
      for (const member of members) member.signal("SIGTERM");
      await Promise.all(members.map(({ exited }) => exited));
      expect(await server.ids(SERVICE)).toEqual([]);
    });
  });
}
