import { type Endpoint, formatEndpoint } from "@rollcall/core";
import type { FrameTrace } from "./frame-trace.js";
import type { LinkTable } from "./link-table.js";
import type { ProcessClock } from "./process-clock.js";
import type { VirtualClock } from "./virtual-clock.js";

/** A socket for datagrams. */
export interface SimulatedSocket {
  /** Where others reach it: `host:port`. */
  readonly address: string;
  /** Sends a datagram, which may arrive, once or more often, or not. Nobody is told which. */
  send(to: Endpoint, datagram: Uint8Array): void;
  /** Nothing is received any more. */
  close(): void;
}

export interface DatagramContext {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly links: LinkTable;
  readonly trace: FrameTrace | undefined;
  readonly traffic: { frames: number; bytes: number };
  isPowered(host: string): boolean;
}

interface Receiver {
  readonly process: ProcessClock;
  readonly onDatagram: (datagram: Uint8Array, from: Endpoint) => void;
}

/**
 * The part of a network that promises nothing. A datagram is lost, or arrives twice, as often as its link's conditions
 * say, and each takes its own time, so that they overtake each other. Over a connection none of that can happen: a
 * reliable transport puts segments back in order, leaves out what came twice, and repeats what was lost, so that there
 * only delay is left.
 */
export class SimulatedDatagrams {
  readonly #context: DatagramContext;
  readonly #receivers = new Map<string, Receiver>();

  constructor(context: DatagramContext) {
    this.#context = context;
  }

  open(at: Endpoint, process: ProcessClock, onDatagram: Receiver["onDatagram"]): SimulatedSocket {
    const address = formatEndpoint(at);
    if (this.#receivers.has(address)) throw new Error(`There is a socket at ${address} already.`);
    const receiver = { process, onDatagram };
    this.#receivers.set(address, receiver);
    return {
      address,
      send: (to, datagram) => {
        if (this.#receivers.get(address) === receiver && process.state !== "dead") this.#send(at, to, datagram);
      },
      close: () => {
        if (this.#receivers.get(address) === receiver) this.#receivers.delete(address);
      },
    };
  }

  #send(from: Endpoint, to: Endpoint, datagram: Uint8Array): void {
    const { clock, links, random } = this.#context;
    const { loss, duplication, latency } = links.between(from.host, to.host);
    const copies = duplication > 0 && random() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (loss > 0 && random() < loss) continue;
      clock.schedule(latency(random), () => this.#arrive(from, to, datagram));
    }
  }

  #arrive(from: Endpoint, to: Endpoint, datagram: Uint8Array): void {
    const { clock, links, trace, traffic } = this.#context;
    if (links.between(from.host, to.host).cut || !this.#context.isPowered(to.host)) return;
    const receiver = this.#receivers.get(formatEndpoint(to));
    receiver?.process.whenRunning(() => {
      traffic.frames++;
      traffic.bytes += datagram.length;
      trace?.add(clock.now(), from.host, to.host, datagram);
      receiver.onDatagram(datagram, from);
    });
  }
}
