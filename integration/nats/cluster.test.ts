import { supervise } from "@rollcall/core";
import { natsDiscovery } from "@rollcall/nats";
import { describe, expect, it } from "vitest";
import type { Program } from "../servers/find-program.ts";
import { NatsServer } from "../servers/nats.ts";
import type { Cleanup } from "../support/cleanup.ts";
import { patientClock } from "../support/patient-clock.ts";
import { natsVersions } from "./versions.ts";

async function clusterOf(program: Program | undefined, size: number, onEnd: Cleanup): Promise<NatsServer[]> {
  const servers = await NatsServer.startCluster(program as Program, size);
  for (const server of servers) onEnd(() => server[Symbol.asyncDispose]());
  return servers;
}

const addressOf = ({ port }: NatsServer) => `127.0.0.1:${port}`;
const TTL_MS = 6000;

for (const { name, program } of natsVersions) {
  describe.skipIf(program === undefined)(`a cluster of servers, ${name}`, { concurrent: true }, () => {
    it("hands on who is announced, who goes, and questions", async ({ onTestFinished }) => {
      const [one, two] = await clusterOf(program, 2, onTestFinished);
      const there = natsDiscovery({ service: "orders", servers: addressOf(one as NatsServer) });
      const here = natsDiscovery({ service: "orders", servers: addressOf(two as NatsServer), clock: patientClock });
      for (const discovery of [there, here]) onTestFinished(() => discovery[Symbol.asyncDispose]());
      const early = await there.announce({ host: "10.0.0.1", port: 7337, id: "n1" });
      const seen: string[] = [];
      const reading = (async () => {
        for await (const listing of here.subscribe())
          seen.push(
            listing
              .map(({ id }) => id)
              .sort()
              .join(),
          );
      })();
      await expect.poll(() => seen.at(-1)).toBe("n1");
      await there.announce({ host: "10.0.0.2", port: 7337, id: "n2" });
      await expect.poll(() => seen.at(-1)).toBe("n1,n2");
      await early[Symbol.asyncDispose]();
      await expect.poll(() => seen.at(-1)).toBe("n2");
      expect((await here.lookup()).map(({ id }) => id)).toEqual(["n2"]);
      await here[Symbol.asyncDispose]();
      await reading;
    });

    it("may lose the one server that was named: those go on whom it told of", async ({ onTestFinished }) => {
      const servers = await clusterOf(program, 3, onTestFinished);
      const [named, ...others] = servers as [NatsServer, NatsServer, NatsServer];
      const options = { service: "orders", ttlMs: TTL_MS, answerTimeoutMs: 10_000 };
      const discovery = natsDiscovery({ ...options, servers: addressOf(named) });
      const elsewhere = natsDiscovery({ ...options, servers: others.map(addressOf) });
      for (const each of [discovery, elsewhere]) onTestFinished(() => each[Symbol.asyncDispose]());
      await elsewhere.announce({ host: "10.0.0.1", port: 7337, id: "n1" });
      const reports: string[] = [];
      const report = ({ code }: { code: string }) => void reports.push(code);
      await discovery.announce({ host: "10.0.0.2", port: 7337, id: "n2" }, { report });
      const supervised = supervise(discovery);
      const seen: string[] = [];
      void (async () => {
        for await (const listing of supervised.subscribe())
          seen.push(
            listing
              .map(({ id }) => id)
              .sort()
              .join(),
          );
      })();
      await expect.poll(() => seen.at(-1)).toBe("n1,n2");

      await named.process.kill();

      await expect.poll(() => supervised.status.failures > 0 || reports.length > 0).toBe(true);
      await expect.poll(() => supervised.status.state).toBe("live");
      // Longer than a lease lives: whoever is still listed has been heard of since, by way of the others.
      const until = performance.now() + 2 * TTL_MS;
      await expect.poll(() => performance.now() > until, { timeout: 20 * TTL_MS }).toBe(true);
      expect(seen).toEqual(["n1,n2"]);
      expect(reports).toEqual(["UNAVAILABLE"]);
      const last = natsDiscovery({ ...options, servers: others.map(addressOf), clock: patientClock });
      onTestFinished(() => last[Symbol.asyncDispose]());
      expect((await last.lookup()).map(({ id }) => id).sort()).toEqual(["n1", "n2"]);
      await supervised[Symbol.asyncDispose]?.();
    });
  });
}
