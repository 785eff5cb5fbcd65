import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type ConsulDiscoveryOptions, consulDiscovery } from "@rollcall/consul";
import type { Access, Registry, RegistryServer, ServerOptions } from "../registries/registry.ts";
import { ConsulServer } from "../servers/consul.ts";
import type { Program } from "../servers/find-program.ts";
import { http1Requests } from "../support/request-counters.ts";
import { ConsulClient } from "./consul-client.ts";

const TTL_MS = 5_000;
const WAIT_MS = 4_000;
const TIMEOUT_MS = 5_000;

/** What a node needs to find others and announce itself. */
export const RULES = 'service "orders" { policy = "write" } node_prefix "" { policy = "read" }';

/** Consul, for the suites that all registries share. */
export function consulRegistry(program: Program): Registry {
  return {
    name: "consul",
    create: (options) => consulDiscovery(options as ConsulDiscoveryOptions),
    module: "@rollcall/consul",
    factory: "consulDiscovery",
    start: (options) => RunningConsul.start(program, options),
    counter: http1Requests,
    // A sixteenth is Consul's own addition.
    noticeMs: WAIT_MS * (17 / 16) + TIMEOUT_MS + 1_000,
    // A server that was killed elects itself first.
    recoveryMs: 5_000,
    expiryMs: TTL_MS + 2_000,
    remembers: true,
    permissions: { lookup: /service:read on "orders"/, announce: /service:write on "orders"/ },
  };
}

class RunningConsul implements RegistryServer {
  readonly #server: ConsulServer;
  readonly #client: ConsulClient;
  #full = randomUUID();
  readonly #powerless = randomUUID();

  private constructor(server: ConsulServer, client: ConsulClient) {
    this.#server = server;
    this.#client = client;
  }

  static async start(program: Program, { accounts = false, tls }: ServerOptions): Promise<RunningConsul> {
    const token = accounts ? { token: randomUUID() } : {};
    const server = await ConsulServer.start(program, {
      remembers: true,
      ...(accounts && { managementToken: token.token as string }),
      ...(tls && { tls }),
    });
    const ca = tls && { ca: await readFile(tls.ca, "utf8") };
    const client = new ConsulClient(server.url, { ...token, ...ca });
    const running = new RunningConsul(server, client);
    if (accounts) {
      await client.createToken(running.#full, RULES);
      await client.createToken(running.#powerless, 'service "other" { policy = "read" }');
    }
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
    return {
      full: { name: "full", secret: this.#full },
      powerless: { name: "powerless", secret: this.#powerless },
    };
  }

  async rotate(): Promise<void> {
    const old = this.#full;
    const next = randomUUID();
    await this.#client.createToken(next, RULES);
    this.#full = next;
    await this.#client.deleteToken(old);
  }

  options(service: string, { port, account, ca }: Access): ConsulDiscoveryOptions {
    return {
      service,
      url: `${this.#server.url.startsWith("https") ? "https" : "http"}://127.0.0.1:${port}`,
      ...{ waitMs: WAIT_MS, timeoutMs: TIMEOUT_MS, ttlMs: TTL_MS, checkIntervalMs: TTL_MS / 3 },
      ...(typeof account === "function" && { token: () => account().secret }),
      ...(typeof account === "object" && { token: account.secret }),
      ...(ca !== undefined && { tls: { ca } }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
