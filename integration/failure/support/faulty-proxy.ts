import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { OnTestFinished } from "./member.ts";

/** Stands between others and a port: passes bytes on until it is told to do something else. */
export class FaultyProxy {
  /** How many connections have been accepted. */
  accepted = 0;
  readonly port: number;
  readonly #targetPort: number;
  #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (inbound) => this.#join(inbound));
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(targetPort: number, onTestFinished: OnTestFinished): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(await listen(0), targetPort);
    onTestFinished(() => proxy.refuse());
    return proxy;
  }

  /** Resets every connection; new ones are accepted. */
  reset(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  /** Resets every connection, and refuses new ones until it listens again. */
  refuse(): void {
    this.#server.close();
    this.reset();
  }

  async listenAgain(): Promise<void> {
    this.#server = await listen(this.port);
    this.#server.on("connection", (inbound) => this.#join(inbound));
  }

  /**
   * Lets every connection stand, and nothing more come through it to the node behind the proxy, as when a router has
   * forgotten one direction. What that node says still comes out; new connections are whole.
   */
  swallow(): void {
    for (const [inbound, outbound] of this.#pairs) inbound.unpipe(outbound).resume();
  }

  #join(inbound: Socket): void {
    this.accepted++;
    const outbound = connect({ host: "127.0.0.1", port: this.#targetPort });
    const pair = [inbound, outbound] as const;
    this.#pairs.add(pair);
    inbound.pipe(outbound).pipe(inbound);
    for (const [socket, other] of [pair, [outbound, inbound] as const]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
