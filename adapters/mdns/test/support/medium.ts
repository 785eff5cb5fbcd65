import type { Clock, Random } from "@rollcall/core";
import type { Message, Peer } from "../../src/dns/message.js";
import { fromPacket, toPacket } from "../../src/dns/wire.js";
import { noLink } from "../../src/net/link-error.js";
import type { Link, Network, NetworkListener, OpenNetwork } from "../../src/net/network.js";

const PORT = 5353;
const LATENCY_MS = 1;

/** A packet as it was sent. */
export interface Sent {
  readonly at: number;
  readonly from: Peer;
  /** Undefined for multicast. */
  readonly to: Peer | undefined;
  readonly message: Message;
}

export interface MediumOptions {
  readonly clock: Clock;
  /** Which packets get lost, per receiver. Default: none. */
  readonly loses?: () => boolean;
}

/** An Ethernet in memory: what is multicast reaches every open network that is plugged in, the sender's too. */
export class Medium {
  readonly log: Sent[] = [];
  readonly clock: Clock;
  loses: () => boolean;
  readonly #receivers = new Set<{ readonly address: string; receive(message: Message, from: Peer): void }>();

  constructor({ clock, loses = () => false }: MediumOptions) {
    this.clock = clock;
    this.loses = loses;
  }

  attach(receiver: { readonly address: string; receive(message: Message, from: Peer): void }): () => void {
    this.#receivers.add(receiver);
    return () => this.#receivers.delete(receiver);
  }

  /** Sends, as anybody on the network may. */
  say(message: Message, from: Peer = { address: "10.0.0.99", port: PORT }, to?: Peer): void {
    this.log.push({ at: this.clock.now(), from, to, message });
    // Through the packet format, so that nothing passes that the wire would not carry.
    const questions = message.questions.map(({ unicast, ...question }) => {
      return { ...question, class: unicast ? "UNKNOWN_32769" : "IN" };
    });
    const packet = { ...toPacket(message), questions, opcode: "QUERY", rcode: "NOERROR" };
    const received = fromPacket(packet) as Message;
    for (const receiver of [...this.#receivers]) {
      if ((to !== undefined && to.address !== receiver.address) || this.loses()) continue;
      this.clock.schedule(LATENCY_MS, () => receiver.receive(received, from));
    }
  }
}

interface Port {
  readonly medium: Medium;
  addresses: string[];
  plugged: boolean;
}

/** A machine on one or more media. Each `open` is a program of its own with its own sockets. */
export class Station implements Network {
  readonly #ports: Port[];
  readonly #open = new Set<StationNetwork>();

  constructor(...ports: (readonly [medium: Medium, ...addresses: string[]])[]) {
    this.#ports = ports.map(([medium, ...addresses]) => ({ medium, addresses, plugged: true }));
  }

  open(listener: NetworkListener): OpenNetwork {
    const network: StationNetwork = new StationNetwork(this.#ports, listener, () => this.#open.delete(network));
    this.#open.add(network);
    return network;
  }

  /** How many programs have sockets open. */
  get openCount(): number {
    return this.#open.size;
  }

  unplug(index = 0): void {
    (this.#ports[index] as Port).plugged = false;
    for (const network of this.#open) network.down(index);
  }

  plug(index = 0): void {
    (this.#ports[index] as Port).plugged = true;
    for (const network of this.#open) network.up(index);
  }

  renumber(addresses: string[], index = 0): void {
    (this.#ports[index] as Port).addresses = addresses;
    for (const network of this.#open) network.changed(index);
  }

  /** Every program is gone at once: nothing is said, nothing heard. */
  crash(): void {
    for (const network of [...this.#open]) network.cut();
  }
}

class StationNetwork implements OpenNetwork {
  readonly ready: Promise<void>;
  readonly #ports: readonly Port[];
  readonly #listener: NetworkListener;
  readonly #links = new Map<number, { readonly link: Link; readonly detach: () => void }>();
  readonly #onClose: () => void;
  #closed = false;

  constructor(ports: readonly Port[], listener: NetworkListener, onClose: () => void) {
    this.#ports = ports;
    this.#listener = listener;
    this.#onClose = onClose;
    this.ready = Promise.resolve().then(() => {
      for (const index of ports.keys()) this.up(index);
      if (this.#links.size === 0 && !this.#closed) throw noLink("mdns(test)", [], []);
    });
    this.ready.catch(() => {});
  }

  up(index: number): void {
    const port = this.#ports[index] as Port;
    if (!port.plugged || this.#closed || this.#links.has(index)) return;
    const link: Link = {
      key: `eth${index}/IPv4`,
      zone: `eth${index}`,
      isLoopback: false,
      port: PORT,
      get addresses() {
        return port.addresses;
      },
      isLocal: (address) => address.startsWith("10.0."),
      send: async (message, to) => {
        if (this.#links.get(index)?.link === link) {
          port.medium.say(message, { address: port.addresses[0] as string, port: PORT }, to);
        }
      },
    };
    const detach = port.medium.attach({
      get address() {
        return port.addresses[0] as string;
      },
      receive: (message, from) => {
        if (this.#links.get(index)?.link === link) this.#listener.received(link, message, from);
      },
    });
    this.#links.set(index, { link, detach });
    this.#listener.linkUp(link);
  }

  down(index: number): void {
    const open = this.#links.get(index);
    if (open === undefined) return;
    open.detach();
    this.#links.delete(index);
    this.#listener.linkDown(open.link);
    if (this.#links.size === 0) this.#listener.lost(noLink("mdns(test)", [], []));
  }

  changed(index: number): void {
    const open = this.#links.get(index);
    if (open) this.#listener.linkChanged(open.link);
  }

  cut(): void {
    for (const { detach } of this.#links.values()) detach();
    this.#links.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.cut();
    this.#onClose();
  }
}

/** Loses that part of the packets. */
export function lossy(random: Random, part: number): () => boolean {
  return () => random() < part;
}
