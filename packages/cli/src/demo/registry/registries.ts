import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Announcer, DefinedDiscovery } from "@rollcall/core";
import { type AddressForm, consulAddress, dnsAddress, etcdAddress, natsAddress } from "./address-form.js";
import { apiServerArguments, apiServerFiles, KUBECONFIG } from "./api-server.js";
import { DEMO_ZONE, emptyZone, nameServerConfiguration } from "./name-server.js";

export interface RegistryServer {
  /** Its program, as it is called on PATH. */
  readonly program: string;
  /** How to get it, for an error. */
  readonly advice: string;
  /** Its arguments, for a server of this machine alone that keeps what it has in a folder. */
  arguments(folder: string, ports: readonly number[]): readonly string[];
}

/** A registry that the nodes of the demonstration can find each other by. */
export interface RegistryKind extends RegistryServer {
  /** Another server that keeps everything for it. Given the ports but the first. */
  readonly backend?: RegistryServer;
  /** How many ports it takes; the first is the one that clients use. */
  readonly ports: number;
  /** What has to be in that folder before it starts, by the names of the files. */
  files?(folder: string, ports: readonly number[]): Readonly<Record<string, string>>;
  /** Where a client finds it. */
  url(port: number, folder: string): string;
  /** How one that runs already is named, or why it cannot be such a one. */
  readonly address: AddressForm | { readonly startedOnly: string };
  /** What is not as it is elsewhere, to be told to people. */
  readonly note?: string;
  /** Rejects as long as it is not ready. Default: it is when it answers a lookup. */
  ready?(url: string, service: string): Promise<void>;
  /** The adapter, loaded when it is asked for. */
  open(url: string, service: string): Promise<DefinedDiscovery & Announcer>;
}

const LOOPBACK = "127.0.0.1";

const etcd: RegistryKind = {
  program: "etcd",
  advice: "Debian and Ubuntu have it in the package etcd-server",
  ports: 2,
  arguments(folder, [client, peer]) {
    const [url, peerUrl] = [`http://${LOOPBACK}:${client}`, `http://${LOOPBACK}:${peer}`];
    return [
      ...["--data-dir", join(folder, "data"), "--listen-client-urls", url, "--advertise-client-urls", url],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", `default=${peerUrl}`],
    ];
  },
  url: (port) => `http://${LOOPBACK}:${port}`,
  address: etcdAddress,
  async open(url, service) {
    const { etcdDiscovery } = await import("@rollcall/etcd");
    return etcdDiscovery({ service, urls: url });
  },
};

const consul: RegistryKind = {
  program: "consul",
  advice: "HashiCorp has packages and downloads of it",
  ports: 3,
  arguments(folder, [http, server, serf]) {
    const ports = { http, server, serf_lan: serf, serf_wan: -1, dns: -1, grpc: -1, grpc_tls: -1 };
    const config = { bind_addr: LOOPBACK, ports, disable_update_check: true };
    // In development mode it keeps everything in memory, but needs a name for the folder.
    return ["agent", "-dev", "-node=demo", `-data-dir=${folder}`, `-hcl=${JSON.stringify(config)}`];
  },
  url: (port) => `http://${LOOPBACK}:${port}`,
  address: consulAddress,
  async open(url, service) {
    const { consulDiscovery } = await import("@rollcall/consul");
    return consulDiscovery({ service, url });
  },
};

const dns: RegistryKind = {
  program: "named",
  advice: "Debian and Ubuntu have it in the package bind9",
  ports: 1,
  arguments: (folder) => ["-g", "-n", "1", "-c", join(folder, "named.conf")],
  files: (folder, [port]) => ({ "named.conf": nameServerConfiguration(folder, Number(port)), "zone.db": emptyZone() }),
  url: (port) => `dns://${LOOPBACK}:${port}/${DEMO_ZONE}`,
  address: dnsAddress,
  async open(url, service) {
    const { updatedZone } = await import("./updated-zone.js");
    return updatedZone(url, service);
  },
};

const kubernetes: RegistryKind = {
  program: "kube-apiserver",
  advice: "it is in the server binaries of each Kubernetes release",
  backend: etcd,
  ports: 1 + etcd.ports,
  arguments: apiServerArguments,
  files: apiServerFiles,
  url: (_port, folder) => pathToFileURL(join(folder, KUBECONFIG)).href,
  address: {
    startedOnly: "a cluster that runs already would make something of the pods that the demonstration writes",
  },
  note: `Real are the API server and its etcd. Nothing runs pods here, so each process writes the one that would stand for it.`,
  async ready(url, service) {
    const { tryPod } = await import("./written-pods.js");
    await tryPod(url, service);
  },
  async open(url, service) {
    const { writtenPods } = await import("./written-pods.js");
    return writtenPods(url, service);
  },
};

const nats: RegistryKind = {
  program: "nats-server",
  advice: "Debian and Ubuntu have it in a package of that name",
  ports: 1,
  arguments: (folder, [port]) => ["--addr", LOOPBACK, "--port", String(port), "--pid", join(folder, "pid")],
  url: (port) => `nats://${LOOPBACK}:${port}`,
  address: natsAddress,
  async open(url, service) {
    const { natsDiscovery } = await import("@rollcall/nats");
    return natsDiscovery({ service, servers: url });
  },
};

export const REGISTRIES = { consul, dns, etcd, kubernetes, nats } satisfies Readonly<Record<string, RegistryKind>>;

export type RegistryName = keyof typeof REGISTRIES;

export function registryKind(name: RegistryName): RegistryKind {
  return REGISTRIES[name];
}

export const REGISTRY_NAMES = Object.keys(REGISTRIES) as RegistryName[];

export function isRegistryName(text: string): text is RegistryName {
  return Object.hasOwn(REGISTRIES, text);
}
