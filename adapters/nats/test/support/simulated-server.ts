import { type Clock, DiscoveryError, type Timer } from "@rollcall/core";
import type { Bus, BusEvents, BusMessage, OpenBus } from "../../src/bus/bus.js";

/** A process that can be stopped for a while, such as testkit's ProcessClock. */
interface Receiver {
  whenRunning(act: () => void): void;
}

interface Peer {
  readonly receiver: Receiver;
  readonly events: BusEvents;
  readonly subscriptions: Map<string, (message: BusMessage) => void>;
  readonly waiting: Set<(error: Error) => void>;
  over: boolean;
}

/** What a NATS server does, for any number of buses, in virtual time: each message takes `latencyMs`, in order. */
export class SimulatedServer {
  latencyMs = 1;
  /** Connections that were opened, over time. */
  opened = 0;
  /** Connections that were refused. */
  refused = 0;
  /** Signs of life that were asked for. */
  roundTrips = 0;
  /** Messages published, by subject, the newest last. */
  readonly published: { readonly subject: string; readonly text: string; readonly at: number }[] = [];
  /** Subjects that nobody may use. */
  readonly forbidden = new Set<string>();
  /** Texts that get lost instead of being delivered. */
  loses: (subject: string, text: string) => boolean = () => false;
  readonly #clock: Clock;
  readonly #peers = new Set<Peer>();
  readonly #held: (() => void)[] = [];
  #up = true;
  #stalled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#peers.size;
  }

  /** What anybody subscribes to. */
  get subjects(): Set<string> {
    return new Set([...this.#peers].flatMap(({ subscriptions }) => [...subscriptions.keys()]));
  }

  /** Breaks every connection, and takes no new ones until `start`. */
  stop(): void {
    this.#up = false;
    for (const peer of [...this.#peers]) this.#cut(peer);
  }

  start(): void {
    this.#up = true;
  }

  /** Says nothing any more, and forgets nothing, until `resume`. */
  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    for (const act of this.#held.splice(0)) this.#after(act);
  }

  /** As a program of any kind that is connected would. */
  publish(subject: string, message: unknown): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.#after(() => this.#deliver(subject, text));
  }

  readonly connect: OpenBus = (signal, events) => this.#connect(signal, events, { whenRunning: (act) => act() });

  /** For a process that can be stopped: what is sent to it then waits in its socket. */
  connectFrom(receiver: Receiver): OpenBus {
    return (signal, events) => this.#connect(signal, events, receiver);
  }

  #connect(signal: AbortSignal, events: BusEvents, receiver: Receiver): Promise<Bus> {
    return new Promise<Bus>((resolve, reject) => {
      const timer = this.#after(() => {
        signal.removeEventListener("abort", abort);
        if (this.#up) return resolve(this.#join(events, receiver));
        this.refused++;
        reject(new DiscoveryError("UNAVAILABLE", "connection refused"));
      });
      const abort = () => {
        timer?.cancel();
        reject(signal.reason);
      };
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
    });
  }

  #join(events: BusEvents, receiver: Receiver): Bus {
    const peer: Peer = { events, receiver, subscriptions: new Map(), waiting: new Set(), over: false };
    this.opened++;
    this.#peers.add(peer);
    const unless = (act: () => void) => {
      if (!peer.over) this.#after(act);
    };
    const allowed = (subject: string) => {
      if (!this.forbidden.has(subject)) return true;
      if (!peer.over) events.denied(new DiscoveryError("FORBIDDEN", `may not use ${subject}`));
      return false;
    };
    return {
      subscribe: (subject, receive) => unless(() => allowed(subject) && peer.subscriptions.set(subject, receive)),
      publish: (subject, text, reply) => unless(() => allowed(subject) && this.#deliver(subject, text, reply)),
      roundTrip: () =>
        new Promise((resolve, reject) => {
          if (peer.over) return reject(new DiscoveryError("UNAVAILABLE", "closed"));
          this.roundTrips++;
          peer.waiting.add(reject);
          // There and back.
          this.#after(() =>
            this.#after(() =>
              receiver.whenRunning(() => {
                peer.waiting.delete(reject);
                resolve();
              }),
            ),
          );
        }),
      close: async () => this.#leave(peer),
    };
  }

  #leave(peer: Peer): void {
    peer.over = true;
    this.#peers.delete(peer);
    for (const reject of peer.waiting) reject(new DiscoveryError("UNAVAILABLE", "closed"));
  }

  #cut(peer: Peer): void {
    this.#leave(peer);
    peer.events.lost(new DiscoveryError("UNAVAILABLE", "the connection was lost"));
  }

  #deliver(subject: string, text: string, reply?: string): void {
    this.published.push({ subject, text, at: this.#clock.now() });
    if (this.loses(subject, text)) return;
    const message = { data: new TextEncoder().encode(text), reply, nobody: false };
    const listeners = [...this.#peers].filter((peer) => peer.subscriptions.has(subject));
    for (const peer of listeners) this.#hand(peer, subject, message);
    if (reply === undefined || listeners.length > 0) return;
    const nobody = { data: new Uint8Array(), nobody: true };
    for (const peer of this.#peers) this.#hand(peer, reply, nobody);
  }

  #hand(peer: Peer, subject: string, message: BusMessage): void {
    this.#after(() =>
      peer.receiver.whenRunning(() => {
        if (!peer.over) peer.subscriptions.get(subject)?.(message);
      }),
    );
  }

  #after(act: () => void): Timer | undefined {
    return this.#clock.schedule(this.latencyMs, () => {
      if (this.#stalled) this.#held.push(act);
      else act();
    });
  }
}
