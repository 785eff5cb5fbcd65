import type { Connection, ConnectionHandler } from "@rollcall/cluster";
import type { Clock, Random, Timer } from "@rollcall/core";
import type { Attachment } from "./attachment.js";
import type { FrameTrace } from "./frame-trace.js";
import type { Link, LinkTable } from "./link-table.js";
import { lossDelayMs, retransmitAfterMs } from "./retransmission.js";

/** How long a side that closed waits to hear that the other side knows, in milliseconds; as a TCP transport does. */
const LINGER_MS = 1_000;

/** What a connection needs of its network. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly links: LinkTable;
  readonly trace: FrameTrace | undefined;
  /** Frames delivered, and their bytes. */
  readonly traffic: { frames: number; bytes: number };
  readonly maxUnsentBytes: number;
  /** Whether what a cut link holds up is tried again at growing intervals, rather than when the link is healed. */
  readonly retransmits: boolean;
  isPowered(host: string): boolean;
  /** Something cannot get through; the connection wants to be told when a link changed. */
  hold(connection: SimulatedConnection): void;
  /** The connection is open no longer. Called once or more. */
  forget(connection: SimulatedConnection): void;
}

/** Something under way: a frame, or the end, which is an error if the connection broke. */
interface Parcel {
  readonly content: Uint8Array | Error | undefined;
  /** When it arrives, if nothing holds it up. */
  readonly at: number;
  next: Parcel | undefined;
}

/** One side of a connection: what it sends arrives at the other side in order. */
export class SimulatedConnection implements Connection {
  static pair(context: ConnectionContext, a: Attachment, b: Attachment): [SimulatedConnection, SimulatedConnection] {
    const one = new SimulatedConnection(context, a, b.host);
    const other = new SimulatedConnection(context, b, a.host);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  readonly attachment: Attachment;
  readonly to: string;
  readonly #context: ConnectionContext;
  #peer!: SimulatedConnection;
  #handler: ConnectionHandler | undefined;
  #open = true;
  #limit = Number.POSITIVE_INFINITY;
  #linger: Timer | undefined;
  /** What is under way to the other side, in the order of sending. */
  #first: Parcel | undefined;
  #last: Parcel | undefined;
  #unsentBytes = 0;
  /** How often the first of those did not get through. */
  #attempts = 0;
  /** Whether somebody will see to the first of those: a timer, or whoever tells that a link changed. */
  #moving = false;
  /** Whether nothing that is sent from here on arrives. */
  #swallowed = false;
  #link: Link;
  #linkVersion: number;

  private constructor(context: ConnectionContext, attachment: Attachment, to: string) {
    this.#context = context;
    this.attachment = attachment;
    this.to = to;
    this.#linkVersion = context.links.version;
    this.#link = context.links.between(attachment.host, to);
  }

  get from(): string {
    return this.attachment.host;
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
    if (!this.#open || this.attachment.state !== "alive") return false;
    if (this.#unsentBytes + frame.length > this.#context.maxUnsentBytes) return false;
    this.#unsentBytes += frame.length;
    this.#dispatch(frame);
    return true;
  }

  close(): void {
    if (!this.#open) return;
    this.#leave();
    this.#linger = this.#context.clock.schedule(LINGER_MS, () => this.#tellClosed(undefined));
    this.#dispatch(undefined);
  }

  destroy(): void {
    this.#handler = undefined;
    this.close();
  }

  /** The connection breaks: what is under way is lost, and both sides notice. */
  break(): void {
    const error = new Error("connection reset");
    this.#swallowed = false;
    this.#drop();
    this.#peer.#drop();
    this.#dispatch(error);
    this.#ended(error);
  }

  /** The connection stands, but nothing more comes from this side to the other. */
  swallow(): void {
    this.#drop();
    this.#swallowed = true;
  }

  /** This side loses its power: it says nothing any more, not even that. */
  vanish(): void {
    this.#drop();
    this.#leave();
    this.#handler = undefined;
  }

  /** A link changed. */
  resume(): void {
    this.#wait(this.#currentLink().latency(this.#context.random));
  }

  #dispatch(content: Parcel["content"]): void {
    if (this.#swallowed) return;
    const { clock, random } = this.#context;
    const { latency, loss } = this.#currentLink();
    const arrival = clock.now() + latency(random) + lossDelayMs(loss, random, retransmitAfterMs);
    // Nothing overtakes what was sent before it.
    const parcel = { content, at: Math.max(arrival, this.#last?.at ?? 0), next: undefined };
    if (this.#last === undefined) this.#first = parcel;
    else this.#last.next = parcel;
    this.#last = parcel;
    if (!this.#moving) this.#wait(parcel.at - clock.now());
  }

  #wait(delayMs: number): void {
    this.#moving = true;
    this.#context.clock.schedule(delayMs, this.#arrive);
  }

  /** The first parcel has come as far as the other side's host. */
  readonly #arrive = (): void => {
    this.#moving = false;
    const parcel = this.#first;
    if (parcel === undefined) return;
    const peer = this.#peer;
    const { state, process, host } = peer.attachment;
    if (this.#currentLink().cut || (state === "off" && !this.#context.isPowered(host))) {
      this.#heldUp();
      return;
    }
    if (process.state === "frozen") {
      this.#moving = true;
      process.whenRunning(this.#arrive);
      return;
    }
    this.#attempts = 0;
    this.#first = parcel.next;
    if (parcel.next === undefined) this.#last = undefined;
    this.#deliver(parcel.content);
    // In between, it may have been broken, or something have been sent.
    const next = this.#first as Parcel | undefined;
    if (next !== undefined && !this.#moving) this.#wait(Math.max(0, next.at - this.#context.clock.now()));
  };

  #deliver(content: Parcel["content"]): void {
    const peer = this.#peer;
    if (content instanceof Uint8Array) {
      this.#unsentBytes -= content.length;
      if (peer.#open && peer.attachment.state === "alive") peer.#receive(content);
      // Nobody is there to take it, nor has said so.
      else if (this.#open && peer.#first === undefined) peer.#dispatch(new Error("connection reset"));
      return;
    }
    if (peer.#open) peer.#ended(content);
    if (content === undefined) this.#tellClosed(undefined);
  }

  /** The first parcel did not get through: it is sent once more later, until its sender gives up. */
  #heldUp(): void {
    this.#moving = true;
    if (!this.#context.retransmits) {
      this.#context.hold(this);
      return;
    }
    const pauseMs = retransmitAfterMs(this.#attempts++);
    if (pauseMs !== undefined) {
      this.#wait(pauseMs);
      return;
    }
    this.#moving = false;
    this.#drop();
    if (this.#open) this.#ended(new Error("connection timed out"));
  }

  #receive(frame: Uint8Array): void {
    const { clock, trace, traffic } = this.#context;
    traffic.frames++;
    traffic.bytes += frame.length;
    trace?.add(clock.now(), this.to, this.from, frame);
    if (frame.length > this.#limit) this.break();
    else this.#handler?.onFrame(frame);
  }

  #ended(error: Error | undefined): void {
    this.#leave();
    this.#tellClosed(error);
  }

  #tellClosed(error: Error | undefined): void {
    this.#linger?.cancel();
    const handler = this.#handler;
    this.#handler = undefined;
    if (handler !== undefined) this.attachment.process.whenRunning(() => handler.onClose(error));
  }

  #leave(): void {
    this.#open = false;
    this.#context.forget(this);
  }

  #drop(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#unsentBytes = 0;
  }

  #currentLink(): Link {
    const { links } = this.#context;
    if (this.#linkVersion !== links.version) {
      this.#linkVersion = links.version;
      this.#link = links.between(this.from, this.to);
    }
    return this.#link;
  }
}
