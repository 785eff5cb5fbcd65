import { ClusterError, type Connection, type Listener, type Transport } from "@rollcall/cluster";
import { type Clock, type Endpoint, formatEndpoint, type Random } from "@rollcall/core";
import { type ConnectionContext, SimulatedConnection } from "./simulated-connection.js";

export interface SimulatedNetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Least and most time that a frame takes, in milliseconds. Default 0.2 to 1. */
  readonly latencyMs?: readonly [least: number, most: number];
}

/** One process's access to the network, until it crashes. */
class Attachment {
  readonly host: string;
  /** Its connections that are open. */
  readonly open = new Set<SimulatedConnection>();
  alive = true;
  #idle: (() => void)[] = [];

  constructor(host: string) {
    this.host = host;
  }

  forget(connection: SimulatedConnection): void {
    this.open.delete(connection);
    if (this.open.size === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  /** Resolves when it has no open connection. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.open.size === 0) resolve();
      else this.#idle.push(resolve);
    });
  }
}

interface Listening {
  readonly attachment: Attachment;
  readonly onConnection: (connection: Connection) => void;
}

/**
 * A network in memory. Hosts are the addresses that nodes listen on; frames between two of them arrive in order, after
 * a random latency, unless the link is cut. A cut link is silent, as a network is: connecting times out, frames stay
 * away, and nobody is told.
 */
export class SimulatedNetwork implements ConnectionContext {
  readonly clock: Clock;
  readonly #random: Random;
  readonly #latencyMs: readonly [number, number];
  readonly #listeners = new Map<string, Listening>();
  readonly #aliases = new Map<string, string>();
  readonly #cut = new Set<string>();
  readonly #attachments = new Set<Attachment>();
  readonly #connections = new Map<SimulatedConnection, Attachment>();
  /** Those with something under way that a cut link holds up. */
  readonly #held = new Set<SimulatedConnection>();
  /** Frames delivered, and their bytes. */
  readonly traffic = { frames: 0, bytes: 0 };
  #ports = 50_000;

  constructor(options: SimulatedNetworkOptions) {
    this.clock = options.clock;
    this.#random = options.random;
    this.#latencyMs = options.latencyMs ?? [0.2, 1];
  }

  /** How many connections exist, each counted once. */
  get connections(): number {
    return this.#connections.size / 2;
  }

  /** The network as one process on a host sees it. Listening on `0.0.0.0` or `::` is listening on that host. */
  transport(host: string): Transport {
    const attachment = new Attachment(host);
    this.#attachments.add(attachment);
    return {
      listen: (at, onConnection) => this.#listen(attachment, at, onConnection),
      connect: (to, timeoutMs, signal) => this.#connect(attachment, to, timeoutMs, signal),
    };
  }

  /** Gives a host another name or address. */
  alias(name: string, host: string): void {
    this.#aliases.set(name, host);
  }

  /** Cuts the link between two groups of hosts, in one direction or both. */
  cut(from: Iterable<string>, to: Iterable<string>, direction: "both" | "one-way" = "both"): void {
    for (const a of from) {
      for (const b of to) {
        this.#cut.add(`${a}>${b}`);
        if (direction === "both") this.#cut.add(`${b}>${a}`);
      }
    }
  }

  /** Restores every link. What was sent meanwhile arrives now, as a reliable transport would repeat it. */
  heal(): void {
    this.#cut.clear();
    const held = [...this.#held];
    this.#held.clear();
    for (const connection of held) connection.resume();
  }

  /** Breaks every connection between two hosts: what is under way is lost, and both sides notice. */
  breakConnections(a: string, b: string): void {
    for (const connection of [...this.#connections.keys()]) {
      if (connection.from === a && connection.to === b) connection.break();
    }
  }

  /**
   * Whatever runs on a host dies: its connections break, nobody listens there any more, and what it still tries to send
   * goes nowhere. A transport asked for later is another process's, and works.
   */
  crash(host: string): void {
    for (const attachment of this.#attachments) {
      if (attachment.host !== host) continue;
      attachment.alive = false;
      this.#attachments.delete(attachment);
    }
    for (const address of [...this.#listeners.keys()]) {
      if (hostOf(address) === host) this.#listeners.delete(address);
    }
    for (const connection of [...this.#connections.keys()]) if (connection.from === host) connection.break();
  }

  isCut(from: string, to: string): boolean {
    return this.#cut.has(`${from}>${to}`);
  }

  latency(): number {
    const [least, most] = this.#latencyMs;
    return least + (most - least) * this.#random();
  }

  forget(connection: SimulatedConnection): void {
    this.#connections.get(connection)?.forget(connection);
    this.#connections.delete(connection);
  }

  hold(connection: SimulatedConnection): void {
    this.#held.add(connection);
  }

  async #listen(
    attachment: Attachment,
    at: Endpoint,
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const host = isWildcard(at.host) ? attachment.host : at.host;
    const port = at.port === 0 ? this.#ports++ : at.port;
    const address = formatEndpoint({ host, port });
    if (this.#listeners.has(address)) {
      throw new ClusterError("BIND_FAILED", `Cannot listen on ${address}: it is in use.`);
    }
    const listening = { attachment, onConnection };
    this.#listeners.set(address, listening);
    return {
      port,
      close: () => {
        if (this.#listeners.get(address) === listening) this.#listeners.delete(address);
        return attachment.idle();
      },
    };
  }

  #connect(attachment: Attachment, endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    const from = attachment.host;
    const to = this.#aliases.get(endpoint.host) ?? endpoint.host;
    const address = formatEndpoint({ host: to, port: endpoint.port });
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        timer.cancel();
        arrival.cancel();
        signal.removeEventListener("abort", abort);
        action();
      };
      const abort = () => settle(() => reject(signal.reason));
      const timer = this.clock.schedule(timeoutMs, () => {
        settle(() =>
          reject(new ClusterError("CONNECT_TIMED_OUT", `Nobody answered at ${address} within ${timeoutMs} ms.`)),
        );
      });
      const arrival = this.clock.schedule(this.latency() + this.latency(), () => {
        if (!attachment.alive || this.isCut(from, to) || this.isCut(to, from)) return;
        const listening = this.#listeners.get(address);
        if (listening === undefined) {
          const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
          settle(() => reject(new ClusterError("CONNECT_FAILED", `Nobody listens at ${address}.`, { cause })));
          return;
        }
        const [here, there] = SimulatedConnection.pair(this, from, to);
        this.#connections.set(here, attachment).set(there, listening.attachment);
        attachment.open.add(here);
        listening.attachment.open.add(there);
        listening.onConnection(there);
        settle(() => resolve(here));
      });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
    });
  }
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}
