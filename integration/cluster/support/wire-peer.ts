import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Endpoint } from "@rollcall/core";
import { onTestFinished } from "vitest";

const HEADER_BYTES = 4;

/** What an associated peer may ask: "I hold nothing; what do you hold?" The answer is of the same kind. */
export const QUESTION = Buffer.from('[1,"0000000000000000",2]');
const isAnswer = (content: Buffer) => /^\[1,"[0-9a-f]{16}",0\]$/.test(content.toString());

/** What an offer or an accept says of the node that sends it. */
export interface Introduction {
  readonly system: string;
  readonly host: string;
  readonly port: number;
  readonly id: string;
}

/** Somebody with a socket to a node and no scruples. It closes nothing by itself, so that the node has to. */
export class WirePeer {
  readonly socket: Socket;
  /** Resolves when the node has ended or broken the connection. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      const over = () => {
        this.#over = true;
        this.#wake();
        resolve();
      };
      socket.on("end", over).on("close", over);
    });
    // That the node breaks the connection is what many tests are about.
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
  }

  /** Connects to a node's port; the socket goes with the test. */
  static async connect({ cluster: { self } }: { readonly cluster: { readonly self: Endpoint } }): Promise<WirePeer> {
    const socket = connect({ host: self.host, port: self.port, allowHalfOpen: true });
    onTestFinished(() => {
      socket.destroy();
    });
    const peer = new WirePeer(socket);
    await once(socket, "connect");
    return peer;
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends one frame; an object goes as JSON. */
  send(content: Uint8Array | object): void {
    this.write(frame(content));
  }

  /** The next frame from the node. Rejects if the connection ends before. */
  async receive(): Promise<Buffer> {
    for (;;) {
      const length = this.#received.length < HEADER_BYTES ? undefined : this.#received.readUInt32BE(0);
      if (length !== undefined && this.#received.length >= HEADER_BYTES + length) {
        const content = this.#received.subarray(HEADER_BYTES, HEADER_BYTES + length);
        this.#received = this.#received.subarray(HEADER_BYTES + length);
        return content;
      }
      if (this.#over) throw new Error("the node closed the connection");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next frame, as a message of the handshake. */
  async receiveJson(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.receive()).toString()) as Record<string, unknown>;
  }

  /** Offers, as somebody or other, and resolves with the answer. */
  async offer(from: Partial<Introduction> = {}, fields: object = {}): Promise<Record<string, unknown>> {
    this.send(offerFrom(from, fields));
    return await this.receiveJson();
  }

  /** Performs a whole handshake; from here on the node takes this for an associated peer. */
  async associate(from: Partial<Introduction> = {}): Promise<void> {
    const answer = await this.offer(from);
    if (answer.rollcall !== "accept") throw new Error(`refused: ${JSON.stringify(answer)}`);
    this.send({ rollcall: "confirm", use: true });
  }

  /** Resolves when the node has dealt with everything that was sent so far; to be used once associated. */
  async answered(): Promise<void> {
    this.send(QUESTION);
    while (!isAnswer(await this.receive()));
  }
}

/** A valid offer, but for what is given. */
export function offerFrom(from: Partial<Introduction> = {}, fields: object = {}): object {
  const stranger = { system: "orders", host: "127.0.0.1", port: 9, id: "00000000deadbeef" };
  return { rollcall: "offer", protocol: "1.0.0", from: { ...stranger, ...from }, ...fields };
}

/** Content with its length before it; an object goes as JSON. */
export function frame(content: Uint8Array | object): Buffer {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  return Buffer.concat([header(bytes.length), bytes]);
}

/** The four bytes that announce a frame of some length. */
export function header(length: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(length);
  return bytes;
}
