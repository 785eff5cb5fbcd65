import { ClusterError, type Connection, type Listener, type Transport } from "@rollcall/cluster";
import { type Endpoint, formatEndpoint, type Random } from "@rollcall/core";
import { Attachment } from "./attachment.js";
import type { FrameTrace } from "./frame-trace.js";
import { type LatencyOption, toLatency } from "./latency.js";
import { type Direction, type LinkSelection, LinkTable } from "./link-table.js";
import type { ProcessClock } from "./process-clock.js";
import type { SimulatedConnection } from "./simulated-connection.js";
import { SimulatedDatagrams, type SimulatedSocket } from "./simulated-datagrams.js";
import { type DialContext, dial, type Listening } from "./simulated-dial.js";
import type { VirtualClock } from "./virtual-clock.js";

export interface SimulatedNetworkOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** How long a frame takes. Default 0.2 to 1 ms. */
  readonly latencyMs?: LatencyOption;
  /** The fraction of segments that get lost on every link, 0 to 1. Default 0. */
  readonly loss?: number;
  /**
   * Whether what a cut link holds up is tried again as TCP would, after 200 ms and then half as often each time, until
   * the connection is given up after a quarter of an hour. Default false: it arrives as soon as the link is healed, which
   * makes shorter tests, and is kinder than any network.
   */
  readonly retransmits?: boolean;
  /** With more than this under way on a connection, `send` refuses, in bytes. Default 32 MiB. */
  readonly maxUnsentBytes?: number;
  /** Takes note of every frame that is delivered. Default: nobody does. */
  readonly trace?: FrameTrace;
}

/** How a link differs from the others. */
export interface LinkConditions {
  readonly latencyMs?: LatencyOption;
  /** The fraction of segments, or datagrams, that get lost, 0 to 1. */
  readonly loss?: number;
  /** The fraction of datagrams that arrive twice, 0 to 1. Over a connection nothing does. */
  readonly duplication?: number;
}

/** Takes something away again that was done to the network; doing so twice does no harm. */
export type Undo = () => void;

/**
 * A network in memory. Hosts are the addresses that nodes listen on; frames between two of them arrive in order, after
 * a random latency, unless the link is cut. A cut link is silent, as a network is: connecting times out, frames stay
 * away, and nobody is told. What a lossy link loses comes later, as a reliable transport repeats it.
 */
export class SimulatedNetwork implements DialContext {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly links: LinkTable;
  readonly trace: FrameTrace | undefined;
  readonly maxUnsentBytes: number;
  readonly retransmits: boolean;
  /** Frames delivered, and their bytes. */
  readonly traffic = { frames: 0, bytes: 0 };
  /** How often somebody on each host tried to connect to somebody. */
  readonly dials = new Map<string, number>();
  readonly #listeners = new Map<string, Listening>();
  readonly #aliases = new Map<string, string>();
  readonly #attachments = new Map<string, Set<Attachment>>();
  readonly #dark = new Set<string>();
  readonly #datagrams = new SimulatedDatagrams(this);
  /** Those with something under way that a cut link holds up. */
  readonly #held = new Set<SimulatedConnection>();
  #sides = 0;
  #ports = 50_000;

  constructor(options: SimulatedNetworkOptions) {
    const { clock, random, latencyMs = [0.2, 1], loss = 0 } = options;
    this.clock = clock;
    this.random = random;
    this.links = new LinkTable({ latency: toLatency(latencyMs), loss, duplication: 0 });
    this.trace = options.trace;
    this.maxUnsentBytes = options.maxUnsentBytes ?? 32 * 1024 * 1024;
    this.retransmits = options.retransmits ?? false;
  }

  /** How many connections exist, each counted once; one that only one side knows of is half a connection. */
  get connections(): number {
    return this.#sides / 2;
  }

  /**
   * The network as one process on a host sees it. Listening on `0.0.0.0` or `::` is listening on that host. A host that
   * has no power gets it back.
   *
   * @param process its clock, so that it takes nothing in while it is frozen. Default: one of its own
   */
  transport(host: string, process: ProcessClock = this.clock.process()): Transport {
    const attachment = new Attachment(host, process);
    const attachments = this.#attachments.get(host);
    if (attachments === undefined) this.#attachments.set(host, new Set([attachment]));
    else attachments.add(attachment);
    if (this.#dark.delete(host)) this.#resume();
    return {
      listen: (at, onConnection) => this.#listen(attachment, at, onConnection),
      connect: (to, timeoutMs, signal) => {
        this.dials.set(host, (this.dials.get(host) ?? 0) + 1);
        const target = this.#aliases.get(to.host) ?? to.host;
        const address = formatEndpoint({ host: target, port: to.port });
        return dial(this, attachment, { host: target, address }, timeoutMs, signal);
      },
    };
  }

  /**
   * A socket for datagrams at an address: for protocols of your own that take care of loss and order themselves.
   *
   * @param process whose it is, so that it receives nothing while that is frozen. Default: one of its own
   * @throws Error if there is one already
   */
  datagramSocket(
    at: Endpoint,
    onDatagram: (datagram: Uint8Array, from: Endpoint) => void,
    process: ProcessClock = this.clock.process(),
  ): SimulatedSocket {
    return this.#datagrams.open(at, process, onDatagram);
  }

  /** Gives a host another name or address. */
  alias(name: string, host: string): void {
    this.#aliases.set(name, host);
  }

  /** Cuts the links between two groups of hosts, in one direction or both. @returns what heals them */
  cut(from: Iterable<string>, to: Iterable<string>, direction: Direction = "both"): Undo {
    const heal = this.links.add({ from, to, direction }, { cut: true });
    return () => {
      heal();
      this.#resume();
    };
  }

  /**
   * Cuts the links between groups of hosts. Hosts in none of them still see everybody: with one such host the network is
   * a bridge, over which all hear of each other that cannot talk to each other.
   *
   * @returns what heals them
   */
  partition(...groups: Iterable<string>[]): Undo {
    const sides = groups.map((group) => [...group]);
    const heals = sides.flatMap((side, at) => sides.slice(at + 1).map((other) => this.cut(side, other)));
    return () => {
      for (const heal of heals) heal();
    };
  }

  /**
   * Restores every link that was cut. What was sent meanwhile arrives now; with `retransmits`, when it is sent the next
   * time.
   */
  heal(): void {
    this.links.remove("cut");
    this.#resume();
  }

  /** Makes links slow or lossy, or both; all of them, if no hosts are given. @returns what ends that */
  impair({ latencyMs, ...conditions }: LinkConditions, links: LinkSelection = {}): Undo {
    return this.links.add(links, {
      ...conditions,
      ...(latencyMs === undefined ? {} : { latency: toLatency(latencyMs) }),
    });
  }

  /** Ends everything that {@link impair} did. */
  repair(): void {
    this.links.remove("latency");
    this.links.remove("loss");
    this.links.remove("duplication");
  }

  /** Breaks every connection between two hosts: what is under way is lost, and both sides notice. */
  breakConnections(a: string, b: string): void {
    for (const attachment of this.#attachments.get(a) ?? []) {
      for (const connection of [...attachment.open]) if (connection.to === b) connection.break();
    }
  }

  /**
   * Every connection between two hosts stands, and nothing more that the first says over it arrives at the second, as when
   * a router has forgotten one direction. New connections are whole.
   */
  swallow(from: string, to: string): void {
    for (const attachment of this.#attachments.get(from) ?? []) {
      for (const connection of attachment.open) if (connection.to === to) connection.swallow();
    }
  }

  /**
   * Whatever runs on a host dies: its connections break, nobody listens there any more, and what it still tries to send
   * goes nowhere. A transport asked for later is another process's, and works.
   */
  crash(host: string): void {
    for (const attachment of this.#detach(host, "crashed")) {
      for (const connection of [...attachment.open]) connection.break();
    }
  }

  /**
   * A host loses its power, or its cable: nothing there answers any more, not even with a refusal, and nobody is told.
   * Asking for a transport for it switches it on again; then it knows nothing of the connections it had, and says so to
   * whoever uses them.
   */
  powerOff(host: string): void {
    this.#dark.add(host);
    for (const attachment of this.#detach(host, "off")) {
      for (const connection of [...attachment.open]) connection.vanish();
    }
  }

  isCut(from: string, to: string): boolean {
    return this.links.between(from, to).cut;
  }

  isPowered(host: string): boolean {
    return !this.#dark.has(host);
  }

  listeningAt(address: string): Listening | undefined {
    return this.#listeners.get(address);
  }

  remember(connection: SimulatedConnection): void {
    connection.attachment.open.add(connection);
    this.#sides++;
  }

  forget(connection: SimulatedConnection): void {
    if (!connection.attachment.open.has(connection)) return;
    this.#sides--;
    connection.attachment.forget(connection);
  }

  hold(connection: SimulatedConnection): void {
    this.#held.add(connection);
  }

  #resume(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const connection of held) connection.resume();
  }

  #detach(host: string, state: Attachment["state"]): Attachment[] {
    const attachments = [...(this.#attachments.get(host) ?? [])];
    this.#attachments.delete(host);
    for (const attachment of attachments) attachment.state = state;
    for (const [address, { attachment }] of this.#listeners) {
      if (attachments.includes(attachment)) this.#listeners.delete(address);
    }
    return attachments;
  }

  async #listen(
    attachment: Attachment,
    at: Endpoint,
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const host = at.host === "0.0.0.0" || at.host === "::" ? attachment.host : at.host;
    const port = at.port === 0 ? this.#ports++ : at.port;
    const address = formatEndpoint({ host, port });
    if (this.#listeners.has(address)) {
      throw new ClusterError("BIND_FAILED", `Cannot listen on ${address}: it is in use.`);
    }
    const listening = { attachment, onConnection, waiting: 0 };
    this.#listeners.set(address, listening);
    return {
      port,
      close: () => {
        if (this.#listeners.get(address) === listening) this.#listeners.delete(address);
        return attachment.idle();
      },
    };
  }
}
