import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Passes bytes on between its own port and another one, until told to break what goes through it. */
export class TcpProxy {
  /** How many connections have gone through it. */
  accepted = 0;
  /** Where to: may be set later, when the port is known. */
  targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.#server = createServer((inbound) => this.#join(inbound));
  }

  /** Listens on a free port of 127.0.0.1 and goes away with the test. */
  static async start(targetPort = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    onTestFinished(() => {
      proxy.#server.close();
      proxy.reset();
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Resets every connection, on both sides or only on that of the node behind the proxy. */
  reset(sides: "both" | "target" = "both"): void {
    for (const [inbound, outbound] of this.#pairs) {
      outbound.resetAndDestroy();
      if (sides === "both") inbound.resetAndDestroy();
      // What the node in front sends from here on goes nowhere, as when a machine has lost its power.
      else inbound.unpipe().resume();
    }
    this.#pairs.clear();
  }

  #join(inbound: Socket): void {
    this.accepted++;
    const outbound = connect({ host: "127.0.0.1", port: this.targetPort });
    const pair = [inbound, outbound] as const;
    this.#pairs.add(pair);
    inbound.pipe(outbound).pipe(inbound);
    for (const [socket, other] of [pair, [outbound, inbound] as const]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        if (this.#pairs.delete(pair)) other.destroy();
      });
    }
  }
}
