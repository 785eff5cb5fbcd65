import { FRAME_HEADER_BYTES, MAX_NAMES } from "./outgoing.js";
import { RecordReader } from "./record-reader.js";
import { RECORD } from "./record-writer.js";
import { ValueReader } from "./value-codec.js";
import type { WireContext } from "./wire-context.js";

export interface IncomingContext {
  readonly wire: WireContext;
  readonly maxMessageBytes: number;
  readonly maxDepth: number;
  readonly handler: RecordHandler;
}

/** What becomes of what the actors of another node say. Values that cannot be read come as what is the matter. */
export interface RecordHandler {
  onCall(number: number, actor: string, method: string, args: readonly unknown[]): void;
  onUnreadableCall(number: number, actor: string, method: string, why: string): void;
  onResult(number: number, value: unknown): void;
  onFailure(number: number, failure: unknown): void;
  onUnreadableAnswer(number: number, why: string): void;
  onWatch(actor: string, on: boolean): void;
  onTerminated(actor: string, reason: number): void;
  onMessage(topic: string, message: unknown): void;
  onUnreadableMessage(topic: string, why: string): void;
  /** The other node misses frames of that epoch of ours. */
  onLost(epoch: number): void;
}

/** Reads what an `Outgoing` of another node wrote; see there for the epochs. */
export class Incoming {
  readonly #context: IncomingContext;
  #values: ValueReader;
  #names: string[] = [];
  #epoch = -1;
  /** The place in the epoch that the next frame has to have; none has it when one has been lost, or could not be read. */
  #expected = 0;
  /** Why the last value could not be read. */
  #why = "";

  constructor(context: IncomingContext) {
    this.#context = context;
    this.#values = new ValueReader(context.wire, context.maxDepth);
  }

  /** The epoch that the last frame was of. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether frames have been lost, or could not be read, so that the rest of the epoch cannot be, either. */
  get isLost(): boolean {
    return this.#expected < 0;
  }

  /** @throws Error if it cannot be read, or others before it are missing */
  receive(frame: Uint8Array): void {
    const reader = new RecordReader(frame, FRAME_HEADER_BYTES);
    const { bytes } = reader;
    if (bytes.length < FRAME_HEADER_BYTES) throw new Error("a frame is cut off");
    const epoch = bytes.readUInt32BE(1);
    const sequence = bytes.readUInt32BE(5);
    if (epoch !== this.#epoch) this.#restart(epoch);
    if (sequence !== this.#expected) {
      this.#expected = -1;
      throw new Error(`frame ${sequence} of epoch ${epoch} came without those before it`);
    }
    this.#expected = -1;
    while (!reader.isAtEnd) this.#record(reader);
    this.#expected = (sequence + 1) >>> 0;
  }

  #restart(epoch: number): void {
    this.#epoch = epoch;
    this.#expected = 0;
    this.#names = [];
    this.#values = new ValueReader(this.#context.wire, this.#context.maxDepth);
  }

  #record(reader: RecordReader): void {
    const { handler } = this.#context;
    const kind = reader.byte();
    switch (kind) {
      case RECORD.call:
        this.#call(reader);
        break;
      case RECORD.result:
      case RECORD.failure:
        this.#answer(reader, kind);
        break;
      case RECORD.done:
        handler.onResult(reader.number(), undefined);
        break;
      case RECORD.name:
        if (this.#names.length >= MAX_NAMES) throw new Error("there are too many names");
        this.#names.push(reader.text());
        break;
      case RECORD.shapes:
        this.#values.learn(JSON.parse(reader.text()));
        break;
      case RECORD.watch:
      case RECORD.unwatch:
        handler.onWatch(this.#name(reader), kind === RECORD.watch);
        break;
      case RECORD.terminated: {
        const reason = reader.byte();
        handler.onTerminated(reader.text(), reason);
        break;
      }
      case RECORD.message:
        this.#message(reader);
        break;
      case RECORD.lost:
        handler.onLost(reader.number());
        break;
      default:
        // Later versions may have something to say that can be left out.
        if (kind < RECORD.skippable) throw new Error(`no record has the kind ${kind}`);
        reader.at = reader.block();
    }
  }

  #call(reader: RecordReader): void {
    const { handler } = this.#context;
    const number = reader.number();
    const actor = this.#name(reader);
    const method = this.#name(reader);
    const args = this.#value(reader);
    if (args === UNREADABLE) handler.onUnreadableCall(number, actor, method, this.#why);
    else if (Array.isArray(args)) handler.onCall(number, actor, method, args);
    else handler.onUnreadableCall(number, actor, method, "arguments are an array");
  }

  #answer(reader: RecordReader, kind: number): void {
    const { handler } = this.#context;
    const number = reader.number();
    const value = this.#value(reader);
    if (value === UNREADABLE) handler.onUnreadableAnswer(number, this.#why);
    else if (kind === RECORD.result) handler.onResult(number, value);
    else handler.onFailure(number, value);
  }

  #message(reader: RecordReader): void {
    const { handler } = this.#context;
    const topic = this.#name(reader);
    const value = this.#value(reader);
    if (value === UNREADABLE) handler.onUnreadableMessage(topic, this.#why);
    else handler.onMessage(topic, value);
  }

  #name(reader: RecordReader): string {
    const name = this.#names[reader.number()];
    if (name === undefined) throw new Error("a name is said by a number that has not been given");
    return name;
  }

  /** What follows can be read even if this cannot. */
  #value(reader: RecordReader): unknown {
    const end = reader.block();
    const start = reader.at;
    reader.at = end;
    try {
      if (end - start > this.#context.maxMessageBytes) throw new Error(`it takes ${end - start} bytes`);
      return this.#values.unpack(reader.bytes, start, end);
    } catch (error) {
      this.#why = (error as Error).message;
      return UNREADABLE;
    }
  }
}

/** What comes instead of a value that cannot be read. */
const UNREADABLE = Symbol("unreadable");
