import { systemClock } from "@rollcall/core";
import { etcdDiscovery } from "@rollcall/etcd";
import { describe, expect, it } from "vitest";
import { EtcdConnection } from "../../adapters/etcd/src/api/etcd-connection.ts";
import { prefixEnd } from "../../adapters/etcd/src/api/messages.ts";
import type { OnTestFinished } from "../failure/support/member.ts";
import { until } from "../registries/scene.ts";
import { EtcdServer } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { CROWD_MS, IN_TIME_MS } from "../support/patience.ts";
import { patientClock } from "../support/patient-clock.ts";
import { http2Requests } from "../support/request-counters.ts";
import { EtcdClient } from "./etcd-client.ts";
import { etcdVersions } from "./versions.ts";

/** What is asked of the defaults: a connection that has died is noticed within this time. */
const NOTICE_MS = 15_000;
const SERVICE = "orders";
/** However long a busy server takes to answer. */
const PATIENT = { requestTimeoutMs: IN_TIME_MS } as const;
const instance = (number: number) => ({ host: "10.77.0.1", port: 7000 + number, id: `node-${number}` });

for (const { name, program } of await etcdVersions()) {
  describe.skipIf(!program)(`a session with ${name}`, { concurrent: true }, () => {
    async function begin(onTestFinished: OnTestFinished) {
      const server = await EtcdServer.start(program as Program);
      onTestFinished(() => server[Symbol.asyncDispose]());
      const client = new EtcdClient(server.port);
      onTestFinished(() => client.close());
      const proxy = await FaultyProxy.start(server.port, onTestFinished, { counter: http2Requests });
      const urls = `http://127.0.0.1:${proxy.port}`;
      return { server, client, proxy, urls };
    }

    it("with the options as they are by default notices within 15 s that its connection has died", async ({
      onTestFinished,
    }) => {
      const { client, proxy, urls } = await begin(onTestFinished);
      await client.put(SERVICE, [instance(1)]);
      await using discovery = etcdDiscovery({ service: SERVICE, urls });
      const listings = discovery.subscribe()[Symbol.asyncIterator]();
      await listings.next();
      // Once a change has come, the watch has begun: only a ping can tell.
      await client.put(SERVICE, [instance(2)]);
      await listings.next();
      proxy.hold();
      const diedAt = performance.now();
      await expect(listings.next()).rejects.toMatchObject({ code: "TIMED_OUT", retryable: true });
      expect(performance.now() - diedAt).toBeLessThan(NOTICE_MS + CROWD_MS);
    });

    it("asks for nothing at rest, but for a sign of life of its watch and the renewal of its lease", async ({
      onTestFinished,
    }) => {
      const { proxy, urls } = await begin(onTestFinished);
      const PROGRESS_MS = 1_000;
      const TTL_MS = 6_000;
      const REST_MS = 10_000;
      await using discovery = etcdDiscovery({
        service: SERVICE,
        urls,
        progressMs: PROGRESS_MS,
        ttlMs: TTL_MS,
        ...PATIENT,
      });
      const listings = discovery.subscribe()[Symbol.asyncIterator]();
      await listings.next();
      await discovery.announce(instance(1));
      await listings.next();
      const [requests, accepted] = [proxy.requests, proxy.accepted];
      const startedAt = performance.now();
      const over = await Promise.race([
        listings.next(),
        new Promise((resolve) => setTimeout(resolve, REST_MS, "rested")),
      ]);
      expect(over).toBe("rested");
      const restedMs = performance.now() - startedAt;
      const expected = restedMs / PROGRESS_MS + restedMs / (TTL_MS / 3);
      expect(proxy.requests - requests).toBeGreaterThan(expected / 2);
      expect(proxy.requests - requests).toBeLessThanOrEqual(expected + 2);
      expect(proxy.accepted).toBe(accepted);
    });

    it("reads and watches its own service, and none whose name begins like it", async ({ onTestFinished }) => {
      const { client, urls } = await begin(onTestFinished);
      // In the order of keys "-" comes before the slash, "0" right after it.
      const others = ["orders-eu", "orders0", "ordersx"];
      const putEverywhere = async (own: number, foreign: number) => {
        for (const [index, other] of others.entries()) await client.put(other, [instance(foreign + index)]);
        await client.put(SERVICE, [instance(own)]);
      };
      await putEverywhere(1, 10);
      await using looking = etcdDiscovery({ service: SERVICE, urls, clock: patientClock, ...PATIENT });
      expect(await looking.lookup()).toEqual([instance(1)]);
      await using watching = etcdDiscovery({ service: SERVICE, urls, ...PATIENT });
      const listings = watching.subscribe()[Symbol.asyncIterator]();
      expect((await listings.next()).value).toEqual([instance(1)]);
      // What is put last is told last, so whatever else the watch covers would be listed by then.
      await putEverywhere(2, 20);
      expect((await listings.next()).value).toEqual([instance(1), instance(2)]);
    });

    it("that was cut off while much happened and history was compacted reads everything again", async ({
      onTestFinished,
    }) => {
      const { client, proxy, urls } = await begin(onTestFinished);
      await client.put(SERVICE, [instance(1), instance(2)]);
      await using discovery = etcdDiscovery({ service: SERVICE, urls, ...PATIENT });
      const ids = async () => {
        for await (const listing of discovery.subscribe()) return listing.map(({ id }) => id).sort();
        return [];
      };
      expect(await ids()).toEqual(["node-1", "node-2"]);
      proxy.refuse();
      await client.remove(SERVICE, [instance(1)]);
      await client.put(SERVICE, [instance(3)]);
      const { header } = await client.etcd3.get("nothing").exec();
      await client.etcd3.kv.compact({ revision: header.revision, physical: true });
      await proxy.listenAgain();
      expect(await ids()).toEqual(["node-2", "node-3"]);
    });

    it("whose watch begins where history has been compacted is told so, and does not wait", async ({
      onTestFinished,
    }) => {
      const { server, client } = await begin(onTestFinished);
      for (let number = 1; number <= 5; number++) await client.put(SERVICE, [instance(number)]);
      await client.etcd3.kv.compact({ revision: "5", physical: true });
      const options = { timeoutMs: IN_TIME_MS, keepAliveMs: 10_000, clock: systemClock };
      const connection = new EtcdConnection(`http://127.0.0.1:${server.port}`, undefined, options);
      onTestFinished(() => connection.close());
      const folder = `rollcall/${SERVICE}/`;
      const ended = new Promise<Error>((end) => {
        connection.watch(folder, prefixEnd(folder), 2, { answer: () => {}, end });
      });
      expect((await ended).message).toContain("forgotten what came before revision 5");
    });

    it("puts its key back when somebody deletes it, and says so", async ({ onTestFinished }) => {
      const { client, urls } = await begin(onTestFinished);
      await using discovery = etcdDiscovery({ service: SERVICE, urls, ...PATIENT });
      const problems: string[] = [];
      await discovery.announce(instance(1), { report: ({ message }) => problems.push(message) });
      await client.remove(SERVICE, [instance(1)]);
      await until(
        async () => (await client.ids(SERVICE)).includes("node-1"),
        () => "it is there again",
        IN_TIME_MS,
      );
      expect(problems).toEqual([expect.stringContaining("rollcall/orders/node-1")]);
    });
  });
}
