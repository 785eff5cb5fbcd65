import { readFile } from "node:fs/promises";
import { type EtcdDiscoveryOptions, etcdDiscovery } from "@rollcall/etcd";
import type { Access, Account, Registry, RegistryServer, ServerOptions } from "../registries/registry.ts";
import { EtcdServer } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { http2Requests } from "../support/request-counters.ts";
import { EtcdClient } from "./etcd-client.ts";

const ROOT = { username: "root", password: "root-of-a-test" };
const TTL_MS = 5_000;
/** The shortest that a server allows unless it is told otherwise, in milliseconds. */
const KEEP_ALIVE_MS = 5_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** The name in its certificate: an address is none. */
const NAMED = { "grpc.ssl_target_name_override": "localhost" };

/** A version of etcd, for the suites that all registries share. */
export function etcdRegistry(name: string, program: Program): Registry {
  return {
    name,
    create: (options) => etcdDiscovery(options as EtcdDiscoveryOptions),
    module: "@rollcall/etcd",
    factory: "etcdDiscovery",
    start: (options) => RunningEtcd.start(program, options),
    counter: http2Requests,
    noticeMs: KEEP_ALIVE_MS + REQUEST_TIMEOUT_MS + 1_000,
    recoveryMs: 5_000,
    // etcd looks twice a second, in steps of whole seconds, for leases that have run out.
    expiryMs: TTL_MS + 3_000,
    remembers: true,
    permissions: {
      lookup: /permission read .*rollcall\/orders\//,
      announce: /permission readwrite .*rollcall\/orders\//,
    },
  };
}

class RunningEtcd implements RegistryServer {
  readonly #server: EtcdServer;
  readonly #client: EtcdClient;
  readonly #isSecure: boolean;
  readonly #full = { name: "full", secret: "first-secret-of-full" };

  private constructor(server: EtcdServer, client: EtcdClient, isSecure: boolean) {
    this.#server = server;
    this.#client = client;
    this.#isSecure = isSecure;
  }

  static async start(program: Program, { accounts = false, tls }: ServerOptions): Promise<RunningEtcd> {
    const server = await EtcdServer.start(program, tls ? { tls } : {});
    const credentials = tls && { rootCertificate: await readFile(tls.ca) };
    const plain = new EtcdClient(server.port, credentials && { credentials, grpcOptions: NAMED });
    if (!accounts) return new RunningEtcd(server, plain, tls !== undefined);
    await plain.addUser("root", ROOT.password);
    await plain.etcd3.user("root").addRole("root");
    const running = new RunningEtcd(server, new EtcdClient(server.port, { auth: ROOT }), false);
    const { full, powerless } = running.accounts();
    await plain.addUser(full.name, full.secret, "rollcall/");
    await plain.addUser(powerless.name, powerless.secret);
    await plain.etcd3.auth.authEnable();
    plain.close();
    return running;
  }

  get port(): number {
    return this.#server.port;
  }

  kill = () => this.#server.process.kill();
  start = () => this.#server.process.start();
  pause = () => this.#server.process.pause();
  resume = () => this.#server.process.resume();
  put: RegistryServer["put"] = (service, instances) => this.#client.put(service, instances);
  remove: RegistryServer["remove"] = (service, instances) => this.#client.remove(service, instances);
  ids: RegistryServer["ids"] = (service) => this.#client.ids(service);

  accounts() {
    return { full: { ...this.#full }, powerless: { name: "powerless", secret: "secret-of-powerless" } };
  }

  /** Tokens that were given for the old password no longer hold, as users have changed since. */
  async rotate(): Promise<void> {
    this.#full.secret = "second-secret-of-full";
    await this.#client.etcd3.auth.userChangePassword({ name: this.#full.name, password: this.#full.secret });
  }

  options(service: string, { port, account, ca }: Access): EtcdDiscoveryOptions {
    const user = ({ name, secret }: Account) => ({ username: name, password: secret });
    return {
      service,
      urls: `${this.#isSecure ? "https" : "http"}://127.0.0.1:${port}`,
      ...{ ttlMs: TTL_MS, keepAliveMs: KEEP_ALIVE_MS, requestTimeoutMs: REQUEST_TIMEOUT_MS },
      ...(typeof account === "function" && { auth: () => user(account()) }),
      ...(typeof account === "object" && { auth: user(account) }),
      ...(ca !== undefined && { tls: { ca } }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.#server[Symbol.asyncDispose]();
  }
}
