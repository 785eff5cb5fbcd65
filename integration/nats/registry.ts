import { readFile } from "node:fs/promises";
import { type NatsDiscoveryOptions, natsDiscovery } from "@rollcall/nats";
import type { Access, Registry, RegistryServer, ServerOptions } from "../registries/registry.ts";
import type { Program } from "../servers/find-program.ts";
import { NatsServer } from "../servers/nats.ts";
import { natsRequests } from "../support/request-counters.ts";
import { NatsPeers } from "./nats-peers.ts";

/** The others', whose password is not rotated. */
const PEERS = { name: "peers", password: "secret-of-peers" };
const TTL_MS = 5_000;
/** Generous, because a machine that runs twenty such tests at once is slow. */
const ANSWER_TIMEOUT_MS = 5_000;
const SETTLE_MS = 500;
/** How long a subscription puts up with silence, in milliseconds. */
const SILENCE_MS = 10_000;

/** A version of the NATS server, for the suites that all registries share. */
export function natsRegistry(name: string, program: Program): Registry {
  return {
    name,
    create: (options) => natsDiscovery(options as NatsDiscoveryOptions),
    module: "@rollcall/nats",
    factory: "natsDiscovery",
    start: (options) => RunningNats.start(program, options),
    counter: natsRequests,
    noticeMs: SILENCE_MS + ANSWER_TIMEOUT_MS + 1_500,
    recoveryMs: 5_000,
    expiryMs: TTL_MS + ANSWER_TIMEOUT_MS + 2_000,
    // It knows nothing; those who are announced come back and say so again.
    remembers: true,
    permissions: {
      lookup: /subscribe to "rollcall\.orders\.alive".*publish and subscribe to "rollcall\.orders\.>"/,
      announce: /subscribe to "rollcall\.orders\.who".*publish and subscribe to "rollcall\.orders\.>"/,
    },
  };
}

class RunningNats implements RegistryServer {
  readonly #server: NatsServer;
  readonly #peers: NatsPeers;
  #secret = FIRST_SECRET;

  private constructor(server: NatsServer, peers: NatsPeers) {
    this.#server = server;
    this.#peers = peers;
  }

  static async start(program: Program, { accounts = false, tls }: ServerOptions): Promise<RunningNats> {
    const secure = tls ? `tls { cert_file: "${tls.certificate}", key_file: "${tls.key}" }` : "";
    const server = await NatsServer.start(program, accounts ? authorization(FIRST_SECRET) : secure);
    const user = accounts && { user: PEERS };
    const peers = new NatsPeers({ port: server.port, ...user, ...(tls && { ca: await readFile(tls.ca, "utf8") }) });
    await peers.ready();
    return new RunningNats(server, peers);
  }

  get port(): number {
    return this.#server.port;
  }

  kill = () => this.#server.process.kill();
  pause = () => this.#server.process.pause();
  resume = () => this.#server.process.resume();
  put: RegistryServer["put"] = (service, instances) => this.#peers.put(service, instances);
  remove: RegistryServer["remove"] = (service, instances) => this.#peers.remove(service, instances);
  ids: RegistryServer["ids"] = (service) => this.#peers.ids(service);

  async start(): Promise<void> {
    await this.#server.process.start();
    await this.#peers.ready();
  }

  accounts() {
    return {
      full: { name: "full", secret: this.#secret },
      powerless: { name: "powerless", secret: SECRET_OF_POWERLESS },
    };
  }

  async rotate(): Promise<void> {
    this.#secret = "second-secret-of-full";
    await this.#server.configure(authorization(this.#secret));
  }

  options(service: string, { port, account, ca }: Access): NatsDiscoveryOptions {
    const times = { ttlMs: TTL_MS, answerTimeoutMs: ANSWER_TIMEOUT_MS, settleMs: SETTLE_MS };
    const shared = { service, servers: `127.0.0.1:${port}`, ...times };
    const tls = ca === undefined ? {} : { tls: { ca } };
    if (account === undefined) return { ...shared, ...tls };
    const { name, secret } = typeof account === "function" ? account() : account;
    const pass = typeof account === "function" ? () => account().secret : secret;
    return { ...shared, ...tls, auth: { user: name, pass } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#peers.close();
    await this.#server[Symbol.asyncDispose]();
  }
}

const FIRST_SECRET = "first-secret-of-full";
const SECRET_OF_POWERLESS = "secret-of-powerless";

function authorization(secretOfFull: string): string {
  const user = (name: string, password: string, allowed: string) =>
    `{ user: "${name}", password: "${password}", permissions: { publish: ${allowed}, subscribe: ${allowed} } }`;
  return `authorization { users: [
    ${user(PEERS.name, PEERS.password, '"rollcall.>"')}
    ${user("full", secretOfFull, '"rollcall.orders.>"')}
    ${user("powerless", SECRET_OF_POWERLESS, '{ deny: ">" }')}
  ] }`;
}
