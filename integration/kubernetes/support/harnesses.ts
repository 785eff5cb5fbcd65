import type { ConformanceHarness } from "@rollcall/conformance";
import type { ServiceInstance } from "@rollcall/core";
import { kubernetesDiscovery } from "@rollcall/kubernetes";
import { folder, kubeconfigFile } from "../../../adapters/kubernetes/test/support/kubeconfig-file.ts";
import { endpointOf, PODS, pod, running, SLICES, slice } from "../../../adapters/kubernetes/test/support/objects.ts";
import type { Cleanup } from "../../support/cleanup.ts";
import { FaultyProxy } from "../../support/faulty-proxy.ts";
import type { ApiServer } from "./api-server.ts";

const CANNOT_ANNOUNCE = {
  announce: "Kubernetes knows what runs",
  listsItself: "it cannot announce",
  forget: "it cannot announce",
} as const;

/** The EndpointSlices of a service, one for each instance. */
export function slicesHarness(start: () => Promise<ApiServer>, onEnd: Cleanup): ConformanceHarness {
  return harness(
    "EndpointSlices",
    start,
    onEnd,
    { metadata: "an EndpointSlice has no place for them" },
    (server, namespace) => {
      const writer = writerOf(server, namespace, SLICES);
      const write = (name: string, instance: ServiceInstance) => {
        const ports = [{ name: "cluster", port: instance.port }];
        return writer.put(slice("orders", name, { endpoints: [endpointOf(instance)], ports }));
      };
      return {
        add: (instance) => write(nameOf(instance), instance),
        remove: (instance) => writer.delete(nameOf(instance)),
        addDuplicate: (instance) => write(`again-${nameOf(instance)}`, instance),
        addMalformed: () => {
          const endpoints = [{ addresses: ["10.9.9.9"] }];
          return writer.put(slice("orders", "malformed", { endpoints, ports: [{ name: "cluster", port: null }] }));
        },
        // Slices are listed by name: the same ones under other names, backwards, with a moment in which there are both.
        async reorder() {
          const all = writer.written();
          for (const [index, object] of all.entries()) {
            await writer.put({ ...object, metadata: { ...object.metadata, name: `reordered-${all.length - index}` } });
          }
          for (const { metadata } of all) await writer.delete(metadata.name);
        },
      };
    },
  );
}

/** Pods with a label. */
export function podsHarness(start: () => Promise<ApiServer>, onEnd: Cleanup): ConformanceHarness {
  const without = {
    metadata: "a pod's labels are not taken for metadata",
    ids: "the server chooses the uid",
    order: "the server lists by name, and a pod under another name is another one",
  };
  return harness("pods", start, onEnd, without, (server, namespace) => {
    const writer = writerOf(server, namespace, PODS);
    const write = async (name: string, { host, port }: ServiceInstance) => {
      const ports = [{ name: "cluster", containerPort: port }];
      // What a pod is made of cannot be changed.
      if (!writer.has(name)) await writer.put(pod(name, { labels: { app: "orders" }, ports }));
      await server.writer.setStatus(namespace, PODS, name, running([host]));
    };
    return {
      add: (instance) => write(nameOf(instance), instance),
      remove: (instance) => writer.delete(nameOf(instance)),
      addDuplicate: (instance) => write(`again-${nameOf(instance)}`, instance),
      addMalformed: async () => {
        await writer.put(pod("malformed", { labels: { app: "orders" }, ports: [{ name: "other", containerPort: 1 }] }));
        await server.writer.setStatus(namespace, PODS, "malformed", running(["10.9.9.9"]));
      },
    };
  });
}

type Deeds = Pick<
  Awaited<ReturnType<ConformanceHarness["open"]>>,
  "add" | "remove" | "addDuplicate" | "addMalformed" | "reorder"
>;

function harness(
  what: "EndpointSlices" | "pods",
  start: () => Promise<ApiServer>,
  onEnd: Cleanup,
  without: ConformanceHarness["without"],
  deeds: (server: ApiServer, namespace: string) => Deeds,
): ConformanceHarness {
  let server: Promise<ApiServer> | undefined;
  let directory: Promise<string> | undefined;
  /** Each place has a proxy of its own: not every case ends the trouble that it made. */
  const connect = async ({ port, ca, adminToken }: ApiServer) => {
    const proxy = await FaultyProxy.start(port, onEnd);
    const url = `${ca === undefined ? "http" : "https"}://127.0.0.1:${proxy.port}`;
    directory ??= folder(onEnd);
    const parts = { server: url, token: adminToken, ...(ca !== undefined && { ca }) };
    return { proxy, kubeconfig: await kubeconfigFile(await directory, parts) };
  };
  return {
    name: `kubernetes, ${what}`,
    settleMs: 30_000,
    quietMs: 400,
    without: { ...CANNOT_ANNOUNCE, ...without },
    async open() {
      server ??= start();
      const running = await server;
      const { proxy, kubeconfig } = await connect(running);
      const namespace = await running.namespace();
      let away = false;
      const create = (name: string) => {
        const common = { namespace, kubeconfig, portName: "cluster" };
        return what === "pods" ? { ...common, labelSelector: `app=${name}` } : { ...common, service: name };
      };
      return {
        ...deeds(running, namespace),
        create: (pass) => kubernetesDiscovery(pass(create("orders"))),
        createUnknown: (pass) => kubernetesDiscovery(pass(create("unheard-of"))),
        makeUnavailable() {
          away = true;
          proxy.refuse();
        },
        stall: () => proxy.hold(),
        async restore() {
          if (away) await proxy.listenAgain();
          else proxy.pass();
          away = false;
        },
        dispose: () => proxy.refuse(),
      };
    },
  };
}

/** Writes whole objects, again and again under one name. */
function writerOf({ writer }: ApiServer, namespace: string, collection: string) {
  const written = new Map<string, Parameters<ApiServer["writer"]["create"]>[2]>();
  return {
    has: (name: string) => written.has(name),
    written: () => [...written.values()],
    async put(object: Parameters<ApiServer["writer"]["create"]>[2]) {
      const { name } = object.metadata;
      if (written.has(name)) await writer.replace(namespace, collection, object);
      else await writer.create(namespace, collection, object);
      written.set(name, object);
    },
    async delete(name: string) {
      await writer.delete(namespace, collection, name);
      written.delete(name);
    },
  };
}

function nameOf({ host, port }: ServiceInstance): string {
  return `i-${host.replaceAll(/[^a-z\d]/g, "-")}-${port}`;
}
