import { ActorError } from "../actor-error.js";
import { RECORD, RecordWriter } from "./record-writer.js";
import { type Packed, tooLarge, ValueWriter } from "./value-codec.js";
import type { WireContext } from "./wire-context.js";

/** So many names are said by number; then numbering starts anew, so that neither side keeps more. */
export const MAX_NAMES = 50_000;
/** What a frame begins with: its kind, the epoch and its place in that. */
export const FRAME_HEADER_BYTES = 9;
/** A frame of more than this leaves before the turn is over, so that the other side can begin with it, in bytes. */
const LARGE_FRAME_BYTES = 32_768;

const RESOLVED = Promise.resolve();

export interface OutgoingContext {
  readonly wire: WireContext;
  readonly frameKind: number;
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  /** How much may wait while {@link isReady} says no, in bytes. */
  readonly maxWaitingBytes: number;
  /** Whether frames can be sent, or at least left to be sent; what is written meanwhile waits. */
  readonly isReady: () => boolean;
  /** @returns false if it was dropped */
  readonly send: (frame: Buffer) => boolean;
  /** What has been written since the last frame will not arrive. */
  readonly onDropped: () => void;
  /** A turn is over, and what was written in it has left. */
  readonly onFlushed: () => void;
}

/**
 * What this node says to the actors of another one: records, put together in one frame a turn of the event loop.
 *
 * Names and the keys of objects are said once, and by number after that. The numbers hold for an epoch: a stretch of
 * frames of which all arrive, in order. When some may have been lost, with a connection or for want of room, the next
 * frame begins another epoch, in which everything is said again. So nothing is ever read with numbers of another time.
 */
export class Outgoing {
  readonly #context: OutgoingContext;
  readonly #writer = new RecordWriter();
  readonly #names = new Map<string, number>();
  #values: ValueWriter;
  #epoch = 0;
  /** How many frames there have been in this epoch. */
  #sequence = 0;
  #scheduled = false;

  constructor(context: OutgoingContext) {
    this.#context = context;
    this.#values = new ValueWriter(context.wire, context.maxMessageBytes);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** @throws ActorError `NOT_SENDABLE`, `TOO_LARGE` or `CONGESTED` */
  call(number: number, actor: string, method: string, args: readonly unknown[]): void {
    this.#prepare();
    const actorNumber = this.#name(actor);
    const methodNumber = this.#name(method);
    const packed = this.#pack(args);
    this.#begin(RECORD.call);
    const writer = this.#writer;
    writer.number(number);
    writer.number(actorNumber);
    writer.number(methodNumber);
    writer.block(packed.bytes, packed.start, packed.end);
  }

  /** @throws ActorError as {@link call} */
  result(number: number, value: unknown): void {
    this.#prepare();
    if (value === undefined) {
      this.#begin(RECORD.done);
      this.#writer.number(number);
      return;
    }
    this.#numbered(RECORD.result, number, value);
  }

  /** @throws ActorError as {@link call} */
  failure(number: number, failure: unknown): void {
    this.#prepare();
    this.#numbered(RECORD.failure, number, failure);
  }

  /** @throws ActorError as {@link call} */
  message(topic: string, message: unknown): void {
    this.#prepare();
    this.#numbered(RECORD.message, this.#name(topic), message);
  }

  /** @throws ActorError `CONGESTED` */
  watch(actor: string, on: boolean): void {
    this.#prepare();
    const number = this.#name(actor);
    this.#begin(on ? RECORD.watch : RECORD.unwatch);
    this.#writer.number(number);
  }

  /** @throws ActorError `CONGESTED` */
  terminated(actor: string, reason: number): void {
    this.#prepare();
    this.#begin(RECORD.terminated);
    this.#writer.byte(reason);
    this.#writer.text(actor);
  }

  /** @throws ActorError `CONGESTED` */
  lost(epoch: number): void {
    this.#prepare();
    this.#begin(RECORD.lost);
    this.#writer.number(epoch);
  }

  /** Sends what has been written, if that is possible now. */
  flush(): void {
    const writer = this.#writer;
    if (writer.length === 0 || !this.#context.isReady()) return;
    writer.bytes.writeUInt32BE(this.#epoch, 1);
    writer.bytes.writeUInt32BE(this.#sequence++, 5);
    if (!this.#context.send(writer.take())) this.#lose();
  }

  /** The connection is gone or another, and may have taken frames with it. */
  renew(): void {
    // Where nothing has been sent, nothing is missing.
    if (this.#sequence === 0) return;
    if (this.#writer.length > 0) this.#lose();
    else this.#restart();
  }

  #lose(): void {
    this.#writer.length = 0;
    this.#restart();
    this.#context.onDropped();
  }

  #restart(): void {
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#sequence = 0;
    this.#names.clear();
    this.#values = new ValueWriter(this.#context.wire, this.#context.maxMessageBytes);
  }

  /** Only before the first part of a record may anything be sent: numbers could change between its parts. */
  #prepare(): void {
    const writer = this.#writer;
    const namesRunOut = this.#names.size > MAX_NAMES - 2;
    // What is yet to be written takes half a frame at most: a message, and the keys in it.
    if (writer.length > Math.min(LARGE_FRAME_BYTES, this.#context.maxFrameBytes / 4) || namesRunOut) {
      this.flush();
      if (writer.length > this.#context.maxWaitingBytes || (namesRunOut && writer.length > 0)) {
        throw new ActorError("CONGESTED", `${writer.length} bytes wait to be sent already.`);
      }
      if (namesRunOut && this.#sequence > 0) this.#restart();
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    // When all that this turn brings about has been done. By way of a promise, so that virtual time waits for it.
    void RESOLVED.then(this.#turnSoon);
  }

  readonly #turnSoon = (): void => process.nextTick(this.#turn);

  readonly #turn = (): void => {
    this.#scheduled = false;
    this.flush();
    this.#context.onFlushed();
  };

  /** Needs {@link #prepare} before. */
  #begin(kind: number): void {
    const writer = this.#writer;
    if (writer.length === 0) {
      writer.reserve(FRAME_HEADER_BYTES);
      writer.byte(this.#context.frameKind);
      writer.length = FRAME_HEADER_BYTES;
    }
    writer.reserve(40);
    writer.byte(kind);
  }

  #numbered(kind: number, number: number, value: unknown): void {
    const packed = this.#pack(value);
    this.#begin(kind);
    this.#writer.number(number);
    this.#writer.block(packed.bytes, packed.start, packed.end);
  }

  #name(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const number = this.#names.size;
    this.#names.set(name, number);
    this.#begin(RECORD.name);
    this.#writer.text(name);
    return number;
  }

  #pack(value: unknown): Packed {
    let packed: Packed;
    try {
      packed = this.#values.pack(value);
    } catch (cause) {
      if (cause instanceof ActorError) throw cause;
      const message = `It cannot be sent: ${(cause as Error).message}.`;
      throw new ActorError("NOT_SENDABLE", message, { cause });
    }
    const shapes = this.#values.takeShapes();
    if (shapes !== undefined) {
      this.#begin(RECORD.shapes);
      this.#writer.text(JSON.stringify(shapes));
    }
    const bytes = packed.end - packed.start;
    if (bytes > this.#context.maxMessageBytes) throw tooLarge(bytes, this.#context.maxMessageBytes);
    return packed;
  }
}
