import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket as TcpSocket } from "node:net";
import { freePort } from "../../../../integration/support/ports.js";
import { readQuery, respond } from "./replies.js";
import type { Behaviour, Deed } from "./simulated-servers.js";

const LOOPBACK = "127.0.0.1";

/** A name server on real sockets, UDP and TCP on one port, that does whatever a test wants. */
export class NameServer implements AsyncDisposable {
  /** May be replaced at any time. */
  behaviour: Behaviour;
  /** Where the last datagram came from. */
  lastAsker: AddressInfo | undefined;
  readonly #port: number;
  #udp: Socket | undefined;
  #tcp: Server | undefined;
  readonly #connections = new Set<TcpSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(port: number, behaviour: Behaviour) {
    this.#port = port;
    this.behaviour = behaviour;
  }

  static async start(behaviour: Behaviour = () => ({})): Promise<NameServer> {
    const server = new NameServer(await freePort(), behaviour);
    await server.open();
    return server;
  }

  /** `127.0.0.1:port`; the same for as long as it lives. */
  get address(): string {
    return `${LOOPBACK}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Opens the port again, or for the first time. */
  async open(): Promise<void> {
    const tcp = createServer((socket) => this.#connected(socket)).listen(this.#port, LOOPBACK);
    await once(tcp, "listening");
    const udp = createSocket("udp4");
    udp.on("message", (bytes, { address, port, family }) => {
      this.lastAsker = { address, port, family };
      this.#do(bytes, "udp", (answer) => this.#udp === udp && udp.send(answer, port, address));
    });
    await new Promise<void>((resolve) => udp.bind(this.#port, LOOPBACK, resolve));
    [this.#tcp, this.#udp] = [tcp, udp];
  }

  /** Closes the port, so that asking is refused. */
  async close(): Promise<void> {
    const [tcp, udp] = [this.#tcp, this.#udp];
    this.#tcp = this.#udp = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#connections) socket.destroy();
    if (tcp) await once(tcp.close(), "close");
    if (udp) await once(udp.close(), "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(socket: TcpSocket): void {
    this.#connections.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#connections.delete(socket));
    let received: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return;
      this.#do(received.subarray(2), "tcp", (answer) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      });
    });
  }

  #do(bytes: Buffer, way: "udp" | "tcp", say: (answer: Buffer) => void): void {
    const query = { ...readQuery(bytes), way, server: this.address, at: performance.now() };
    for (const deed of [this.behaviour(query) ?? []].flat() as Deed[]) {
      if ("error" in deed) throw deed.error;
      const act = () => say("bytes" in deed ? deed.bytes : respond(query, deed));
      if (deed.afterMs === undefined) act();
      else {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          act();
        }, deed.afterMs);
        this.#timers.add(timer);
      }
    }
  }
}
