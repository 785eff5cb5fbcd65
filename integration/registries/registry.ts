import type { Announcer, ServiceDiscovery, ServiceInstance } from "@rollcall/core";
import type { RequestCounter } from "../support/request-counters.ts";

/** Who somebody is to a server that asks. */
export interface Account {
  readonly name: string;
  readonly secret: string;
}

/** How to reach a registry, and as whom. */
export interface Access {
  /** Of 127.0.0.1; that of a proxy, as a rule. */
  readonly port: number;
  /** When the server asks who one is. A function is asked again by each session. */
  readonly account?: Account | (() => Account);
  /** When the server speaks TLS: the authority to trust, as PEM. */
  readonly ca?: string;
}

export interface ServerOptions {
  /** Ask everybody who they are; see {@link RegistryServer.accounts}. */
  readonly accounts?: boolean;
  /** Speak TLS with these files, in PEM. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

/** What the suites that all registries share ask of one: its server, its adapter, and what it promises. */
export interface Registry {
  /** As tests are named: `etcd 3.4`. */
  readonly name: string;
  /** The adapter, for this process. */
  create(options: object): ServiceDiscovery & Partial<Announcer> & AsyncDisposable;
  /** The adapter, for others: a package, and the factory in it that takes the options as JSON. */
  readonly module: string;
  readonly factory: string;
  /** Starts a server of its own, on free ports, which is ready. */
  start(options: ServerOptions): Promise<RegistryServer>;
  /** Counts requests in what is sent to the server. */
  readonly counter: () => RequestCounter;
  /** Milliseconds until a subscription notices that its server is silent, with the options that `options` gives. */
  readonly noticeMs: number;
  /** Milliseconds from the end of a fault until listings are right again, on top of 1.2 s until the next attempt. */
  readonly recoveryMs: number;
  /** Milliseconds until what was announced by a process that crashed is gone, with the options that `options` gives. */
  readonly expiryMs: number;
  /** Whether the server knows after a restart what it knew before. */
  readonly remembers: boolean;
  /** What the error of somebody who may do nothing has to name, for looking up and for announcing. */
  readonly permissions: { readonly lookup: RegExp; readonly announce: RegExp };
  /** Suites that make no sense for it, each with the reason. */
  readonly without?: Partial<Record<"accounts" | "announce" | "tls", string>>;
}

/** A server that runs, and another client that speaks to it without the adapter. Disposing stops both. */
export interface RegistryServer extends AsyncDisposable {
  readonly port: number;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** After `kill`: on the same port, with what it has on disk. */
  start(): Promise<void>;
  /** Until `resume` its connections stand, and nothing answers. */
  pause(): void;
  resume(): void;
  /** What to give the adapter's factory. Plain data, unless the account is a function. Lifetimes of a few seconds. */
  options(service: string, access: Access): object;
  /** Registers instances, each with an id, to stay until they are removed. All at once is best, when there are many. */
  put(service: string, instances: readonly ServiceInstance[]): Promise<void>;
  remove(service: string, instances: readonly ServiceInstance[]): Promise<void>;
  /** The ids of all instances that are registered now, in any order. */
  ids(service: string): Promise<readonly string[]>;
  /** Of a server with accounts: one that may do everything, and one that may do nothing. */
  accounts(): { readonly full: Account; readonly powerless: Account };
  /** Gives the full account another secret; who comes with the old one is refused from now on. */
  rotate(): Promise<void>;
}
