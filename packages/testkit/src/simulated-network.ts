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

/** One process's access to the network, until it crashes. */
interface Attachment {
  readonly host: string;
  alive: boolean;
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
  readonly #attachments = new Set<Attachment>();
  readonly #connections = new Set<SimulatedConnection>();
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
    const attachment: Attachment = { host, alive: true };
    this.#attachments.add(attachment);
    return {
      listen: (at, onConnection) => this.#listen(isWildcard(at.host) ? { ...at, host } : at, onConnection),
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
    for (const connection of [...this.#connections]) {
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

  /** Something arrived where the link is cut; the connection wants to be told when it is not. */
  hold(connection: SimulatedConnection): void {
    this.#held.add(connection);
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
  /** What is under way to the other side, in the order of sending. */
  #underWay: (() => void)[] = [];
  /** How much of that should have arrived, and did not because the link is cut. */
  #overdue = 0;

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
    this.#travel(() => {
      this.#peer.#ended(undefined);
      this.#tellClosed(undefined);
    });
  }

  destroy(): void {
    this.#handler = undefined;
    this.close();
  }

  /** The connection breaks: what is under way is lost, and both sides notice. */
  break(): void {
    const peer = this.#peer;
    const error = new Error("connection reset");
    this.#underWay = [];
    peer.#underWay = [];
    this.#travel(() => peer.#ended(error));
    this.#ended(error);
  }

  /** The link is there again. */
  resume(): void {
    for (; this.#overdue > 0; this.#overdue--) this.#scheduleArrival();
  }

  #travel(delivery: () => void): void {
    this.#underWay.push(delivery);
    this.#scheduleArrival();
  }

  #scheduleArrival(): void {
    const { clock } = this.#network;
    const at = Math.max(this.#lastArrival, clock.now() + this.#network.latency());
    this.#lastArrival = at;
    clock.schedule(at - clock.now(), () => this.#arrive());
  }

  /** Whatever arrives is what was sent first: after a cut, too, nothing overtakes what was held up. */
  #arrive(): void {
    if (!this.#network.isCut(this.from, this.to)) {
      this.#underWay.shift()?.();
      return;
    }
    this.#overdue++;
    this.#network.hold(this);
  }

  #receive(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#network.traffic.frames++;
    this.#network.traffic.bytes += frame.length;
    if (frame.length > this.#limit) this.break();
    else this.#handler?.onFrame(frame);
  }

  #ended(error: Error | undefined): void {
    this.#leave();
    this.#tellClosed(error);
  }

  #tellClosed(error: Error | undefined): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose(error);
  }

  #leave(): void {
    this.#closed = true;
    this.#network.forget(this);
  }
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}
