import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Cleanup } from "./cleanup.ts";
import { freePort } from "./ports.ts";
import { type LinkBehaviour, ProxyLink } from "./proxy-link.ts";
import type { RequestCounter } from "./request-counters.ts";

export interface FaultyProxyOptions {
  /** Made for each connection, to count what is asked of whoever is behind the proxy; see `request-counters.ts`. */
  readonly counter?: () => RequestCounter;
}

interface Connection {
  readonly inbound: Socket;
  readonly outbound: Socket;
  readonly there: ProxyLink;
  readonly back: ProxyLink;
}

/** Stands between others and a port: passes bytes on until it is told to do something else. */
export class FaultyProxy {
  /** How many connections have been accepted. */
  accepted = 0;
  /** How many requests have come through to the node behind the proxy; stays 0 without a counter. */
  requests = 0;
  /** Bytes that the node behind the proxy has been sent, and has sent. */
  bytesThere = 0;
  bytesBack = 0;
  /** Where to: may be set later, when the port is known. */
  targetPort: number;
  readonly port: number;
  readonly #counter: FaultyProxyOptions["counter"];
  readonly #behaviour: LinkBehaviour = { latencyMs: 0, held: false };
  readonly #connections = new Set<Connection>();
  #cutAfterBytes: number | undefined;
  #server: Server;

  private constructor(server: Server, targetPort: number, { counter }: FaultyProxyOptions) {
    this.targetPort = targetPort;
    this.port = (server.address() as AddressInfo).port;
    this.#counter = counter;
    this.#server = this.#serve(server);
  }

  /** Listens on a free port of 127.0.0.1, which it keeps while it refuses: no connection of anybody's comes from it. */
  static async start(targetPort: number, onEnd: Cleanup, options: FaultyProxyOptions = {}): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(await listen(await freePort()), targetPort, options);
    onEnd(() => proxy.refuse());
    return proxy;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** Resets every connection, on both sides or only on that of the node behind the proxy; new ones are accepted. */
  reset(sides: "both" | "target" = "both"): void {
    for (const { inbound, outbound, there } of this.#connections) {
      outbound.resetAndDestroy();
      if (sides === "both") inbound.resetAndDestroy();
      // What the node in front sends from here on goes nowhere, as when a machine has lost its power.
      else there.swallow();
    }
    this.#connections.clear();
  }

  /** Resets every connection, and refuses new ones until it listens again. */
  refuse(): void {
    this.#server.close();
    this.reset();
  }

  async listenAgain(): Promise<void> {
    this.#server = this.#serve(await listen(this.port));
  }

  /**
   * Lets every connection stand, and nothing more come through it to the node behind the proxy, as when a router has
   * forgotten one direction. What that node says still comes out; new connections are whole.
   */
  swallow(): void {
    for (const { there } of this.#connections) there.swallow();
  }

  /** Accepts and answers nothing: connections stand, old and new, and nothing comes through either way until `pass`. */
  hold(): void {
    this.#behave({ held: true });
  }

  /** Ends {@link hold}, {@link delay} and {@link cutAfter}: what was held comes through now, as a network would have it. */
  pass(): void {
    this.#cutAfterBytes = undefined;
    this.#behave({ held: false, latencyMs: 0 });
  }

  /** What comes through from now on takes this much longer, each way. */
  delay(latencyMs: number): void {
    this.#behave({ latencyMs });
  }

  /** Every connection, old and new, breaks after the node behind the proxy has sent so many bytes more. */
  cutAfter(bytes: number): void {
    this.#cutAfterBytes = bytes;
    for (const { back } of this.#connections) back.cutAfter(bytes);
  }

  #behave(change: Partial<LinkBehaviour>): void {
    Object.assign(this.#behaviour, change);
    for (const { there, back } of this.#connections) {
      there.update();
      back.update();
    }
  }

  #serve(server: Server): Server {
    return server.on("connection", (inbound: Socket) => this.#join(inbound));
  }

  #join(inbound: Socket): void {
    this.accepted++;
    const outbound = connect({ host: "127.0.0.1", port: this.targetPort, noDelay: true, allowHalfOpen: true });
    inbound.setNoDelay();
    const count = this.#counter?.();
    const there = new ProxyLink(inbound, outbound, this.#behaviour, (chunk) => {
      this.bytesThere += chunk.length;
      this.requests += count?.(chunk) ?? 0;
    });
    const back = new ProxyLink(outbound, inbound, this.#behaviour, (chunk) => {
      this.bytesBack += chunk.length;
    });
    if (this.#cutAfterBytes !== undefined) back.cutAfter(this.#cutAfterBytes);
    const connection = { inbound, outbound, there, back };
    this.#connections.add(connection);
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      socket.on("error", () => {});
      socket.on("close", () => {
        if (this.#connections.delete(connection)) other.destroy();
      });
    }
  }
}

async function listen(port: number): Promise<Server> {
  // Half-open, so that an end is passed on by the link, after what is still under way.
  const server = createServer({ allowHalfOpen: true }).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
