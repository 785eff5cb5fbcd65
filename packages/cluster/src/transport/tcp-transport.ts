import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import { type Clock, type Endpoint, formatEndpoint } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import { type ConnectionProof, TcpConnection } from "./tcp-connection.js";
import type { Connection, Listener, Transport } from "./transport.js";

// Node.js compiles its pattern for IPv6 addresses when it is first used, which takes 3 ms: a third of a bare start, and
// by then others may be waiting for this node. Whoever imports this module is going to listen.
isIPv6("::1");

export interface TcpTransportOptions {
  /** The largest frame that a connection accepts until told otherwise, in bytes. */
  readonly maxFrameBytes: number;
  /** With more than this waiting in a socket, frames are dropped. */
  readonly maxUnsentBytes: number;
}

/** Nodes reach each other over TCP. */
export class TcpTransport implements Transport {
  readonly #options: TcpTransportOptions;
  readonly #clock: Clock;
  /** Whatever is open, so that closing can wait for it. */
  readonly #sockets = new Set<Socket>();

  constructor(options: TcpTransportOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  listen(at: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
    return this.accept(at, (socket) => onConnection(this.wrap(socket)));
  }

  async connect(to: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    return this.wrap(await this.open(to, timeoutMs, signal));
  }

  /** As {@link listen}, for who wants the sockets themselves. */
  accept(at: Endpoint, onSocket: (socket: Socket) => void): Promise<Listener> {
    const server = createServer((socket) => onSocket(this.#track(socket)));
    return new Promise((resolve, reject) => {
      server.once("error", (cause: NodeJS.ErrnoException) => reject(bindError(at, cause)));
      server.listen({ host: at.host, port: at.port }, () => {
        // An accept may fail, for want of memory or descriptors: whoever was to be accepted notices and tries again.
        server.removeAllListeners("error").on("error", () => {});
        const { port } = server.address() as { port: number };
        resolve({ port, close: () => this.#close(server) });
      });
    });
  }

  /** As {@link connect}, for who wants the socket itself. */
  open(to: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = this.#track(connect({ host: to.host, port: to.port }));
      const timer = this.#clock.schedule(timeoutMs, () => {
        const message = `Nobody answered at ${formatEndpoint(to)} within ${timeoutMs} ms.`;
        finish(() => reject(new ClusterError("CONNECT_TIMED_OUT", message)));
        socket.destroy();
      });
      const abort = () => {
        finish(() => reject(signal.reason));
        socket.destroy();
      };
      const fail = (cause: NodeJS.ErrnoException) => {
        const message = `Nobody can be reached at ${formatEndpoint(to)}: ${cause.code ?? cause.message}.`;
        finish(() => reject(new ClusterError("CONNECT_FAILED", message, { cause })));
      };
      const finish = (settle: () => void) => {
        timer.cancel();
        signal.removeEventListener("abort", abort);
        socket.removeListener("error", fail);
        // What a socket says after it was given up interests nobody.
        socket.on("error", () => {});
        settle();
      };
      signal.addEventListener("abort", abort);
      socket.once("error", fail);
      socket.once("connect", () => finish(() => resolve(socket)));
    });
  }

  /** Frames over a socket. @param proof who is at its other end, where that is known */
  wrap(socket: Socket, proof?: ConnectionProof): Connection {
    return new TcpConnection(socket, this.#clock, this.#options, proof);
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.once("close", () => this.#sockets.delete(socket));
  }

  async #close(server: Server): Promise<void> {
    // The server waits for the connections that it accepted; those that were dialled are ours to wait for.
    const ending = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    const accepted = new Promise((resolve) => server.close(resolve));
    await Promise.all([accepted, ...ending]);
  }
}

function bindError(at: Endpoint, cause: NodeJS.ErrnoException): ClusterError {
  const hints: Record<string, string> = {
    EADDRINUSE: "another process uses the port: stop it, choose another settings.node.port, or 0 for any free one",
    EADDRNOTAVAIL: "this machine does not have the address: set settings.node.bindHost to one that it has, or 0.0.0.0",
    EACCES: "the port needs privileges: choose one above 1023",
    ENOTFOUND: "the name does not resolve on this machine: set settings.node.bindHost",
  };
  const why = hints[cause.code ?? ""] ?? cause.message;
  return new ClusterError("BIND_FAILED", `Cannot listen on ${formatEndpoint(at)} (${cause.code}): ${why}.`, { cause });
}
