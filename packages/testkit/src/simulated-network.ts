import {
  ClusterError,
  type Connection,
  type ConnectionHandler,
  type Listener,
  type Transport,
} from "@rollcall/cluster";
import { type Clock, type Endpoint, formatEndpoint, type Random } from "@rollcall/core";

export interface SimulatedNetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Least and most time that a frame takes, in milliseconds. Default 0.2 to 1. */
  readonly latencyMs?: readonly [least: number, most: number];
}

/**
 * A network in memory. Hosts are the addresses that nodes listen on; frames between two of them arrive in order, after
 * a random latency, unless the link is cut. A cut link is silent, as a network is: connecting times out, frames stay
 * away, and nobody is told.
 */
export class SimulatedNetwork {
  readonly clock: Clock;
  readonly #random: Random;
  readonly #latencyMs: readonly [number, number];
  readonly #listeners = new Map<string, (connection: Connection) => void>();
  readonly #aliases = new Map<string, string>();
  readonly #cut = new Set<string>();
  readonly #connections = new Set<SimulatedConnection>();
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

  /** The network as one host sees it. */
  transport(host: string): Transport {
    return {
      listen: (at, onConnection) => this.#listen(at, onConnection),
      connect: (to, timeoutMs, signal) => this.#connect(host, to, timeoutMs, signal),
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
    for (const connection of this.#connections) connection.resume();
  }

  /** Breaks every connection between two hosts, so that both sides notice. */
  breakConnections(a: string, b: string): void {
    for (const connection of [...this.#connections]) {
      if (connection.from === a && connection.to === b) connection.break();
    }
  }

  /** A host dies: its connections break, and nobody listens there any more. */
  crash(host: string): void {
    for (const address of [...this.#listeners.keys()]) {
      if (hostOf(address) === host) this.#listeners.delete(address);
    }
    for (const connection of [...this.#connections]) if (connection.from === host) connection.break();
  }

  isCut(from: string, to: string): boolean {
    return this.#cut.has(`${from}>${to}`);
  }

  latency(): number {
    const [least, most] = this.#latencyMs;
    return least + (most - least) * this.#random();
  }

  forget(connection: SimulatedConnection): void {
    this.#connections.delete(connection);
  }

  async #listen(at: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
    const port = at.port === 0 ? this.#ports++ : at.port;
    const address = formatEndpoint({ host: at.host, port });
    if (this.#listeners.has(address)) {
      throw new ClusterError("BIND_FAILED", `Cannot listen on ${address}: it is in use.`);
    }
    this.#listeners.set(address, onConnection);
    return {
      port,
      close: async () => {
        if (this.#listeners.get(address) === onConnection) this.#listeners.delete(address);
      },
    };
  }

  #connect(from: string, endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
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
        if (this.isCut(from, to) || this.isCut(to, from)) return;
        const accept = this.#listeners.get(address);
        if (accept === undefined) {
          const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
          settle(() => reject(new ClusterError("CONNECT_FAILED", `Nobody listens at ${address}.`, { cause })));
          return;
        }
        const [here, there] = SimulatedConnection.pair(this, from, to);
        this.#connections.add(here).add(there);
        accept(there);
        settle(() => resolve(here));
      });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
    });
  }
}

/** One side of a connection: what it sends arrives at the other side in order. */
export class SimulatedConnection implements Connection {
  static pair(network: SimulatedNetwork, a: string, b: string): [SimulatedConnection, SimulatedConnection] {
    const one = new SimulatedConnection(network, a, b);
    const other = new SimulatedConnection(network, b, a);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  readonly #network: SimulatedNetwork;
  #peer!: SimulatedConnection;
  #handler: ConnectionHandler | undefined;
  #closed = false;
  #limit = Number.POSITIVE_INFINITY;
  /** When what was sent last arrives: nothing overtakes it. */
  #lastArrival = 0;
  /** What waits because the link is cut. */
  #held: (() => void)[] = [];

  readonly from: string;
  readonly to: string;

  private constructor(network: SimulatedNetwork, from: string, to: string) {
    this.#network = network;
    this.from = from;
    this.to = to;
  }

  get remote(): string {
    return this.to;
  }

  handle(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  limitFrames(bytes: number): void {
    this.#limit = bytes;
  }

  send(frame: Uint8Array): boolean {
    if (this.#closed) return false;
    this.#travel(() => this.#peer.#receive(frame));
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#leave();
    this.#travel(() => this.#peer.#ended(undefined));
  }

  destroy(): void {
    this.#handler = undefined;
    this.close();
  }

  /** The connection breaks, and both sides notice. */
  break(): void {
    const peer = this.#peer;
    const error = new Error("connection reset");
    this.#ended(error);
    this.#network.clock.schedule(this.#network.latency(), () => peer.#ended(error));
  }

  /** The link is there again. */
  resume(): void {
    for (const delivery of this.#held.splice(0)) this.#travel(delivery);
  }

  #travel(delivery: () => void): void {
    const { clock } = this.#network;
    const at = Math.max(this.#lastArrival, clock.now() + this.#network.latency());
    this.#lastArrival = at;
    clock.schedule(at - clock.now(), () => {
      if (this.#network.isCut(this.from, this.to)) this.#held.push(delivery);
      else delivery();
    });
  }

  #receive(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#network.traffic.frames++;
    this.#network.traffic.bytes += frame.length;
    if (frame.length > this.#limit) this.break();
    else this.#handler?.onFrame(frame);
  }

  #ended(error: Error | undefined): void {
    const handler = this.#handler;
    const wasOpen = !this.#closed;
    this.#handler = undefined;
    this.#leave();
    if (wasOpen) handler?.onClose(error);
  }

  #leave(): void {
    this.#closed = true;
    this.#network.forget(this);
  }
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}
