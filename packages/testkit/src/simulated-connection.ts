import type { Connection, ConnectionHandler } from "@rollcall/cluster";
import type { Clock } from "@rollcall/core";

/** What a connection needs of its network. */
export interface ConnectionContext {
  readonly clock: Clock;
  /** Frames delivered, and their bytes. */
  readonly traffic: { frames: number; bytes: number };
  latency(): number;
  isCut(from: string, to: string): boolean;
  /** Something arrived where the link is cut; the connection wants to be told when it is not. */
  hold(connection: SimulatedConnection): void;
  /** The connection is open no longer. Called once or more. */
  forget(connection: SimulatedConnection): void;
}

/** One side of a connection: what it sends arrives at the other side in order. */
export class SimulatedConnection implements Connection {
  static pair(network: ConnectionContext, a: string, b: string): [SimulatedConnection, SimulatedConnection] {
    const one = new SimulatedConnection(network, a, b);
    const other = new SimulatedConnection(network, b, a);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  readonly #network: ConnectionContext;
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

  private constructor(network: ConnectionContext, from: string, to: string) {
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
