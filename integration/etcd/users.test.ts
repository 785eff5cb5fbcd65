import { setTimeout as pause } from "node:timers/promises";
import { etcdDiscovery } from "@rollcall/etcd";
import { describe, expect, it } from "vitest";
import type { OnTestFinished } from "../failure/support/member.ts";
import { Scene } from "../registries/scene.ts";
import { EtcdServer } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { Authority } from "../support/certificates.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { patientClock } from "../support/patient-clock.ts";
import { EtcdClient } from "./etcd-client.ts";
import { etcdRegistry } from "./registry.ts";
import { etcdVersions } from "./versions.ts";

const SERVICE = "orders";
/** However long a busy server takes to answer. */
const PATIENT = { requestTimeoutMs: IN_TIME_MS } as const;
const ROOT = { username: "root", password: "root-of-a-test" };
const ORDERS = { username: "orders", password: "password-of-orders" };
const instance = (number: number) => ({ host: "10.77.0.1", port: 7000 + number, id: `node-${number}` });

for (const { name, program } of await etcdVersions()) {
  describe.skipIf(!program)(`users of ${name}`, { concurrent: true }, () => {
    it("are known again after the server was restarted: subscription, announcement and withdrawal go on", async ({
      onTestFinished,
    }) => {
      const scene = await Scene.begin(etcdRegistry(name, program as Program), onTestFinished, { accounts: true });
      const account = scene.server.accounts().full;
      const follower = scene.follow({ account });
      const announcement = await scene.announce(1, { account });
      await follower.lists([1]);
      for (const number of [2, 3]) {
        // Tokens live in the server's memory, so each restart makes them invalid.
        await scene.server.kill();
        await scene.server.start();
        await scene.put([number]);
        await follower.lists([1, 2, 3].filter((each) => each <= number));
      }
      await announcement[Symbol.asyncDispose]();
      await follower.lists([2, 3]);
    });

    /** With users: root, and one who may use the service. */
    async function begin(onTestFinished: OnTestFinished, flags: readonly string[]) {
      const server = await EtcdServer.start(program as Program, { flags });
      onTestFinished(() => server[Symbol.asyncDispose]());
      const client = new EtcdClient(server.port);
      await client.addUser("root", ROOT.password);
      await client.etcd3.user("root").addRole("root");
      await client.addUser(ORDERS.username, ORDERS.password, `rollcall/${SERVICE}/`);
      await client.etcd3.auth.authEnable();
      client.close();
      const root = new EtcdClient(server.port, { auth: ROOT });
      onTestFinished(() => root.close());
      return { server, root, urls: `http://127.0.0.1:${server.port}` };
    }

    it("can withdraw after their token has expired", async ({ onTestFinished }) => {
      const { root, urls } = await begin(onTestFinished, ["--auth-token-ttl", "1"]);
      await using discovery = etcdDiscovery({ service: SERVICE, urls, auth: ORDERS, ttlMs: 60_000, ...PATIENT });
      const announcement = await discovery.announce(instance(1));
      expect(await root.ids(SERVICE)).toEqual(["node-1"]);
      // etcd looks every second for tokens that nobody has used.
      await pause(3_500);
      await announcement[Symbol.asyncDispose]();
      expect(await root.ids(SERVICE)).toEqual([]);
    });

    it("who are named to a server that asks nobody who he is are let in", async ({ onTestFinished }) => {
      const server = await EtcdServer.start(program as Program);
      onTestFinished(() => server[Symbol.asyncDispose]());
      const urls = `http://127.0.0.1:${server.port}`;
      const options = { service: SERVICE, urls, auth: ORDERS, ...PATIENT };
      await using announcing = etcdDiscovery(options);
      await announcing.announce(instance(1));
      await using looking = etcdDiscovery({ ...options, clock: patientClock });
      expect(await looking.lookup()).toEqual([instance(1)]);
    });

    it("show a certificate where the server wants one, and are told when they do not", async ({ onTestFinished }) => {
      const authority = await Authority.create(onTestFinished);
      const [own, client] = [await authority.issue("server"), await authority.issue("orders")];
      const tls = { ca: authority.certificateFile, certificate: own.certificateFile, key: own.keyFile, mutual: true };
      const server = await EtcdServer.start(program as Program, { tls });
      onTestFinished(() => server[Symbol.asyncDispose]());
      const urls = `https://127.0.0.1:${server.port}`;
      const ca = authority.certificate;
      const options = { service: SERVICE, urls, ...PATIENT };
      const known = { ...options, tls: async () => ({ ca, cert: client.certificate, key: client.key }) };
      await using announcing = etcdDiscovery(known);
      await announcing.announce(instance(1));
      await using looking = etcdDiscovery({ ...known, clock: patientClock });
      expect(await looking.lookup()).toEqual([instance(1)]);

      await using unknown = etcdDiscovery({ ...options, tls: { ca }, clock: patientClock });
      const refusal = { code: "UNAUTHENTICATED", message: expect.stringContaining("tls.cert") };
      await expect(unknown.lookup()).rejects.toMatchObject(refusal);
    });

    it("are told to use https where the server speaks nothing else", async ({ onTestFinished }) => {
      const authority = await Authority.create(onTestFinished);
      const { certificateFile: certificate, keyFile: key } = await authority.issue("server");
      const server = await EtcdServer.start(program as Program, { tls: { ca: "", certificate, key } });
      onTestFinished(() => server[Symbol.asyncDispose]());
      await using discovery = etcdDiscovery({
        service: SERVICE,
        urls: `http://127.0.0.1:${server.port}`,
        clock: patientClock,
      });
      await expect(discovery.lookup()).rejects.toThrow(/http or https/);
    });
  });
}
