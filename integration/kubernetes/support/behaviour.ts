import { describe, expect, it } from "vitest";
import {
  endpointOf,
  PODS,
  pod,
  running,
  SLICES,
  slice,
  type WrittenEndpoint,
} from "../../../adapters/kubernetes/test/support/objects.ts";
import type { ApiServer } from "./api-server.ts";
import { failureOf, Scene } from "./scene.ts";

/** An endpoint of a pod called `orders-N`. */
export function endpoint(
  number: number,
  conditions: WrittenEndpoint["conditions"] = {},
  host = `10.1.0.${number}`,
): WrittenEndpoint {
  const made = endpointOf({
    host,
    port: 0,
    id: `uid-${number}`,
    metadata: { pod: `orders-${number}`, node: `node-${number}`, zone: "b" },
  });
  return { ...made, conditions: { ...made.conditions, ...conditions } };
}

/** What must hold of the adapter with an API server, be it the real one or the stand-in. */
export function behaviour(start: () => Promise<ApiServer>): void {
  describe("EndpointSlices", { concurrent: true }, () => {
    it("of several slices are one listing, in which a pod appears once", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1), endpoint(2)] }));
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2), endpoint(3)] }));
      await scene.create(SLICES, slice("others", "three", { endpoints: [endpoint(4)] }));
      const follower = await scene.subscribe();
      await follower.lists("10.1.0.1", "10.1.0.2", "10.1.0.3");
      await scene.delete(SLICES, "one");
      await follower.lists("10.1.0.2", "10.1.0.3");
      expect(follower.listings).toHaveLength(2);
    });

    it("tell pod, machine and zone, and whether it is ready", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = await scene.subscribe();
      const [instance] = await follower.lists("10.1.0.1");
      const metadata = { pod: "orders-1", node: "node-1", zone: "b", ready: "true" };
      expect(instance).toEqual({ host: "10.1.0.1", port: 7337, id: "uid-1", metadata });
    });

    it("list who is not ready unless told otherwise, and never who is terminating", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const endpoints = [
        endpoint(1),
        endpoint(2, { ready: false, serving: false }),
        endpoint(3, { ready: false, serving: true, terminating: true }),
        // As it is for pods that end while the service says publishNotReadyAddresses.
        endpoint(4, { ready: true, serving: true, terminating: true }),
      ];
      await scene.create(SLICES, slice("orders", "one", { endpoints }));
      const [all, ready] = [await scene.subscribe(), await scene.subscribe({ includeNotReady: false })];
      await all.lists("10.1.0.1", "10.1.0.2");
      await ready.lists("10.1.0.1");
      await scene.replace(
        SLICES,
        slice("orders", "one", { endpoints: [endpoint(1, { terminating: true }), endpoint(2)] }),
      );
      await all.lists("10.1.0.2");
      await ready.lists("10.1.0.2");
    });

    it("of two address families list a pod once, by IPv4 unless told otherwise", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "v4", { endpoints: [endpoint(1), endpoint(2)] }));
      await scene.create(
        SLICES,
        slice("orders", "v6", { endpoints: [endpoint(1, {}, "fd00::1"), endpoint(3, {}, "fd00::3")] }),
      );
      await (await scene.subscribe()).lists("10.1.0.1", "10.1.0.2", "fd00::3");
      await (await scene.subscribe({ addressFamily: "IPv6" })).lists("fd00::1", "fd00::3");
      await (await scene.subscribe({ addressFamily: "IPv4" })).lists("10.1.0.1", "10.1.0.2");
    });

    it("have a port by its name, which may differ from slice to slice", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const ports = (port: number) => [
        { name: "http", port: 80 },
        { name: "cluster", port },
        { name: "gossip", port: 99, protocol: "UDP" },
      ];
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)], ports: ports(7001) }));
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)], ports: ports(7002) }));
      const listed = await scene.lookup({ portName: "cluster" });
      expect(listed.map(({ port }) => port).sort()).toEqual([7001, 7002]);
      expect((await scene.lookup({ port: 4711 })).map(({ port }) => port)).toEqual([4711, 4711]);
      for (const [options, said] of [
        [{ portName: "grpc" }, /no single TCP port "grpc", but "http", "cluster"/],
        [{}, /several ports \("http", "cluster"\); say by portName/],
      ] as const) {
        const { code, message } = await failureOf(scene.lookup(options));
        expect([code, message]).toEqual(["MISCONFIGURED", expect.stringMatching(said)]);
      }
    });

    it("are read to the last page", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const numbers = Array.from({ length: 600 }, (_, index) => index);
      const made = numbers.map((number) => {
        const host = `10.2.${Math.floor(number / 250)}.${number % 250}`;
        return slice("orders", `s-${number}`, { endpoints: [endpoint(number, {}, host)] });
      });
      for (let from = 0; from < made.length; from += 50) await scene.create(SLICES, ...made.slice(from, from + 50));
      expect(await scene.lookup()).toHaveLength(600);
      const follower = await scene.subscribe();
      await follower.sees((listing) => listing.length === 600);
      await scene.delete(SLICES, "s-599");
      await follower.sees((listing) => listing.length === 599);
    });

    it("that nobody wrote are an empty listing, also in a namespace that nobody made", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      expect(await scene.lookup()).toEqual([]);
      expect(await scene.lookup({ namespace: "nobody-made-this" })).toEqual([]);
    });
  });

  describe("pods", { concurrent: true }, () => {
    const options = { labelSelector: { app: "orders" } };

    it("are listed once they have an address, until they end", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const { writer } = scene.server;
      const follower = await scene.subscribe(options);
      await follower.lists();
      await scene.create(PODS, pod("orders-1", { labels: { app: "orders" }, node: "node-1" }));
      const status = (ips: string[], ready = true) =>
        writer.setStatus(scene.namespace, PODS, "orders-1", running(ips, ready));
      await status(["10.3.0.1", "fd00:3::1"], false);
      const [instance] = await follower.lists("10.3.0.1");
      expect(instance?.metadata).toEqual({ pod: "orders-1", node: "node-1", ready: "false" });
      expect((await scene.lookup({ ...options, addressFamily: "IPv6" }))[0]?.host).toBe("fd00:3::1");
      expect(await scene.lookup({ ...options, includeNotReady: false })).toEqual([]);
      await status(["10.3.0.1", "fd00:3::1"]);
      await follower.sees(([first]) => first?.metadata?.ready === "true");
      await writer.setStatus(scene.namespace, PODS, "orders-1", { ...running(["10.3.0.1"]), phase: "Succeeded" });
      await follower.lists();
    });

    it("come and go as their labels change", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const { writer } = scene.server;
      for (const number of [1, 2]) {
        await scene.create(PODS, pod(`orders-${number}`, { labels: { app: number === 1 ? "orders" : "others" } }));
        await writer.setStatus(scene.namespace, PODS, `orders-${number}`, running([`10.3.1.${number}`]));
      }
      const follower = await scene.subscribe({ labelSelector: "app=orders" });
      await follower.lists("10.3.1.1");
      const label = async (number: number, app: string) => {
        const path = `api/v1/namespaces/${scene.namespace}/pods/orders-${number}`;
        const object = await writer.send("GET", path);
        await writer.send("PUT", path, { ...object, metadata: { ...object.metadata, labels: { app } } });
      };
      await label(2, "orders");
      await follower.lists("10.3.1.1", "10.3.1.2");
      await label(1, "others");
      await follower.lists("10.3.1.2");
    });

    it("selected by what is no selector are an error that names it", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const { code, message } = await failureOf(scene.lookup({ labelSelector: "app=a=b" }));
      expect([code, message]).toEqual(["MISCONFIGURED", expect.stringContaining('"app=a=b"')]);
    });
  });

  describe("a watch", { concurrent: true }, () => {
    it("misses nothing that happens after the list and before it begins", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const iterator = (await scene.discovery()).subscribe()[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toHaveLength(1);
      // Nothing comes through now, so that the watch begins after this, if it had not begun yet.
      scene.proxy.hold();
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      scene.proxy.pass();
      expect((await iterator.next()).value).toHaveLength(2);
      await iterator.return?.();
    });

    it("that the server ends goes on where it ended", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = await scene.subscribe({ watchMs: 1_000 });
      await follower.lists("10.1.0.1");
      for (const number of [2, 3, 4]) {
        const { bytesThere } = scene.proxy;
        while (scene.proxy.bytesThere === bytesThere) await new Promise((resolve) => setTimeout(resolve, 20));
        await scene.create(SLICES, slice("orders", `s-${number}`, { endpoints: [endpoint(number)] }));
        await follower.sees((listing) => listing.length === number);
      }
      expect(follower.listings).toHaveLength(4);
      // One connection serves them all.
      expect(scene.proxy.accepted).toBe(1);
    });

    it("over which nothing comes any more is given up, and nobody dropped", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = await scene.follow({ inactivityMs: 1_000, requestTimeoutMs: 1_000 });
      await follower.lists("10.1.0.1");
      scene.proxy.hold();
      expect((await follower.fails()).code).toBe("TIMED_OUT");
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      scene.proxy.reset();
      scene.proxy.pass();
      await follower.lists("10.1.0.1", "10.1.0.2");
      expect(follower.listings.map((listing) => listing.length)).toEqual([1, 2]);
    });
  });

  describe("credentials", { concurrent: true }, () => {
    it("that the server does not know are an error that says where they are from", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const kubeconfig = await scene.kubeconfig({ token: "sesame" });
      const { code, retryable, message } = await failureOf(scene.lookup({ kubeconfig }));
      expect([code, retryable]).toEqual(["UNAUTHENTICATED", false]);
      expect(message).toContain(kubeconfig);
      expect(message).not.toContain("sesame");
    });

    it.for([
      [
        "list",
        [],
        /may not list endpointslices.*\{apiGroups: \["discovery.k8s.io"\], resources: \["endpointslices"\], verbs: \["list", "watch"\]\}/,
      ],
      ["watch", ["list"], /may not watch endpointslices.*verbs: \["list", "watch"\]/],
    ] as const)(
      "without the permission to %s are an error with the rule to add",
      async ([, verbs, said], { onTestFinished }) => {
        const scene = await Scene.begin(await start(), onTestFinished);
        const account = await scene.server.account(scene.namespace);
        await account.grant("endpointslices", verbs);
        const kubeconfig = await scene.kubeconfig({ token: account.token });
        const follower = await scene.follow({ kubeconfig });
        const { code, retryable, message } = await follower.fails();
        expect([code, retryable]).toEqual(["FORBIDDEN", false]);
        expect(message).toMatch(said);
        expect(message).not.toContain(account.token);
      },
    );

    it("that lose their permission keep what was listed until they have it back", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const account = await scene.server.account(scene.namespace);
      await account.grant("endpointslices", ["list", "watch"]);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const kubeconfig = await scene.kubeconfig({ token: account.token });
      const follower = await scene.follow({ kubeconfig, watchMs: 1_000 });
      await follower.lists("10.1.0.1");

      await account.grant("endpointslices", []);
      expect((await follower.fails()).code).toBe("FORBIDDEN");
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      expect(follower.hosts).toEqual(["10.1.0.1"]);
      await account.grant("endpointslices", ["list", "watch"]);
      await follower.lists("10.1.0.1", "10.1.0.2");
    });
  });
}
