import { join } from "node:path";
import type { Announcer, DefinedDiscovery } from "@rollcall/core";

/** A registry that the nodes of the demonstration can find each other by. */
export interface RegistryKind {
  /** The server's program, as it is called on PATH. */
  readonly program: string;
  /** How to get it, for an error. */
  readonly advice: string;
  /** How many ports it takes; the first is the one that clients use. */
  readonly ports: number;
  /** Its arguments, for a server of this machine alone that keeps what it has in a folder. */
  arguments(folder: string, ports: readonly number[]): readonly string[];
  /** Where a client finds it. */
  url(port: number): string;
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
      ...["--data-dir", folder, "--listen-client-urls", url, "--advertise-client-urls", url],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", `default=${peerUrl}`],
    ];
  },
  url: (port) => `http://${LOOPBACK}:${port}`,
  async open(url, service) {
    const { etcdDiscovery } = await import("@rollcall/etcd");
    return etcdDiscovery({ service, urls: url });
  },
};

const nats: RegistryKind = {
  program: "nats-server",
  advice: "Debian and Ubuntu have it in a package of that name",
  ports: 1,
  arguments: (folder, [port]) => ["--addr", LOOPBACK, "--port", String(port), "--pid", join(folder, "pid")],
  url: (port) => `nats://${LOOPBACK}:${port}`,
  async open(url, service) {
    const { natsDiscovery } = await import("@rollcall/nats");
    return natsDiscovery({ service, servers: url });
  },
};

export const REGISTRIES = { etcd, nats } satisfies Readonly<Record<string, RegistryKind>>;

export type RegistryName = keyof typeof REGISTRIES;

export const REGISTRY_NAMES = Object.keys(REGISTRIES) as RegistryName[];

export function isRegistryName(text: string): text is RegistryName {
  return Object.hasOwn(REGISTRIES, text);
}
