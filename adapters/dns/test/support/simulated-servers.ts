import { formatEndpoint } from "@rollcall/core";
import type { VirtualClock } from "@rollcall/testkit";
import { exchange } from "../../src/net/exchange.js";
import type { Exchange, Transport } from "../../src/net/transport.js";
import { type ReceivedQuery, type Reply, readQuery, respond } from "./replies.js";

export interface Heard extends ReceivedQuery {
  readonly way: keyof Transport;
  readonly server: string;
  /** By the virtual clock, in milliseconds. */
  readonly at: number;
}

/** What a server does about a query: says something, after a while; says something unreadable; or fails its socket. */
export type Deed = (Reply | { readonly bytes: Buffer } | { readonly error: Error }) & { readonly afterMs?: number };
/** Nothing for no answer. */
export type Behaviour = (query: Heard) => Deed | readonly Deed[] | undefined;

/** Name servers in virtual time. Who is not there does not answer. */
export class SimulatedServers {
  /** Every query, in the order in which they were sent. */
  readonly log: Heard[] = [];
  /** How many exchanges have not been closed. */
  open = 0;
  readonly transport: Transport;
  readonly #clock: VirtualClock;
  readonly #behaviours = new Map<string, Behaviour>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.transport = { udp: this.#exchange("udp"), tcp: this.#exchange("tcp") };
  }

  /** @param address such as `10.0.0.1:53` */
  serve(address: string, behaviour: Behaviour): void {
    this.#behaviours.set(address, behaviour);
  }

  /** What was asked, as `TYPE name`, of one server or all. */
  asked(server?: string): string[] {
    return this.log
      .filter((heard) => server === undefined || heard.server === server)
      .map(({ type, name }) => `${type} ${name}`);
  }

  #exchange(way: keyof Transport): Exchange {
    return (endpoint, message, accept, signal) =>
      exchange(signal, ({ resolve, reject }) => {
        const server = formatEndpoint(endpoint);
        const heard = { ...readQuery(message), way, server, at: this.#clock.now() };
        this.log.push(heard);
        this.open++;
        const deeds = [this.#behaviours.get(server)?.(heard) ?? []].flat();
        const timers = deeds.map((deed) =>
          this.#clock.schedule(deed.afterMs ?? 1, () => {
            if ("error" in deed) reject(deed.error);
            else resolve(accept("bytes" in deed ? deed.bytes : respond(heard, deed)));
          }),
        );
        return () => {
          this.open--;
          for (const timer of timers) timer.cancel();
        };
      });
  }
}
