import { EventEmitter } from "node:events";
import makeMdns from "multicast-dns";
import type { Message } from "../../src/dns/message.js";
import { type DecodedPacket, fromPacket, toPacket } from "../../src/dns/wire.js";

/** Stands in for a UDP socket: what is sent is handed over, what should be received is emitted. */
class FakeSocket extends EventEmitter {
  readonly waiting: ((bytes: Buffer) => void)[] = [];
  send(bytes: Buffer): void {
    this.waiting.shift()?.(Buffer.from(bytes));
  }
}

/** The library's codec, which it does not export: messages to bytes and back. */
export class Codec {
  readonly #socket = new FakeSocket();
  readonly #mdns = makeMdns({ socket: this.#socket as never, bind: false, multicast: false });

  encode(message: Message): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#socket.waiting.push(resolve);
      const send = message.kind === "query" ? this.#mdns.query : this.#mdns.respond;
      (send as (packet: unknown) => void)(toPacket(message));
    });
  }

  /** Undefined for what the library or we refuse. */
  decode(bytes: Buffer): Message | undefined {
    let message: Message | undefined;
    const take = (packet: DecodedPacket) => {
      message = fromPacket(packet);
    };
    this.#mdns.once("packet", take);
    this.#mdns.once("warning", () => {});
    this.#socket.emit("message", bytes, { address: "10.0.0.99", port: 5353 });
    this.#mdns.removeListener("packet", take);
    this.#mdns.removeAllListeners("warning");
    return message;
  }
}
