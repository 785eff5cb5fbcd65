/**
 * The least that a call has to do: TCP, msgpackr with its fastest settings, frames behind their length, one write a turn,
 * and who waits for which number. No names, no errors, no time-outs; whatever comes is believed.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Packr, Unpackr } from "msgpackr";
import type { Order, Party } from "./party.ts";

/** msgpackr writes to one buffer of its own, always at the same place: what it wrote has to be copied at once. */
const REUSE_AND_RESET = 512 | 1024;
const HEADER_BYTES = 4;

/** Who waits for the answers to calls, by number. */
export interface Waiting {
  /** @returns the number of the call */
  add(resolve: (answer: number) => void): number;
  take(number: number): ((answer: number) => void) | undefined;
}

export function floorParty(makeWaiting: () => Waiting): Party {
  return {
    async serve() {
      const server = createServer((socket) => {
        const channel = new Channel<[number, Order], [number, number]>(socket, ([number, order]) => {
          handle(order).then((answer) => channel.send([number, answer]));
        });
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      return String((server.address() as AddressInfo).port);
    },
    async connect(port) {
      const socket = connect(Number(port), "127.0.0.1");
      await once(socket, "connect");
      const waiting = makeWaiting();
      const channel = new Channel<[number, number], [number, Order]>(socket, ([number, answer]) => {
        waiting.take(number)?.(answer);
      });
      return (order) => new Promise((resolve) => channel.send([waiting.add(resolve), order]));
    },
  };
}

async function handle(order: Order): Promise<number> {
  return order.id;
}

class Channel<In, Out> {
  readonly #socket: Socket;
  readonly #packr = new Packr({ sequential: true });
  readonly #unpackr = new Unpackr({ sequential: true });
  readonly #onMessage: (message: In) => void;
  #batch = Buffer.allocUnsafeSlow(65_536);
  #batched = 0;
  #rest: Buffer | undefined;
  readonly #range = { start: 0, end: 0 };

  constructor(socket: Socket, onMessage: (message: In) => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  send(message: Out): void {
    const packed = this.#packr.pack(message, REUSE_AND_RESET) as Buffer & { start: number; end: number };
    const length = packed.end - packed.start;
    if (this.#batched === 0) process.nextTick(this.#flush);
    if (this.#batched + HEADER_BYTES + length > this.#batch.length) this.#grow(HEADER_BYTES + length);
    this.#batch.writeUInt32BE(length, this.#batched);
    packed.copy(this.#batch, this.#batched + HEADER_BYTES, packed.start, packed.end);
    this.#batched += HEADER_BYTES + length;
  }

  readonly #flush = (): void => {
    const bytes = Buffer.allocUnsafe(this.#batched);
    this.#batch.copy(bytes, 0, 0, this.#batched);
    this.#batched = 0;
    this.#socket.write(bytes);
  };

  #grow(more: number): void {
    const grown = Buffer.allocUnsafeSlow(2 * this.#batch.length + more);
    this.#batch.copy(grown, 0, 0, this.#batched);
    this.#batch = grown;
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const start = at + HEADER_BYTES;
      const end = start + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      this.#range.start = start;
      this.#range.end = end;
      this.#onMessage(this.#unpackr.unpack(bytes, this.#range));
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }
}
