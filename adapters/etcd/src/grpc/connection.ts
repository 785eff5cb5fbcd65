import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { isIP } from "node:net";
import type { SecureContextOptions } from "node:tls";
import type { Clock, Timer } from "@rollcall/core";
import { afterReading } from "../after-reading.js";
import { Deframer, frame } from "./framing.js";
import { GrpcError, STATUS, statusError } from "./grpc-error.js";

export interface ConnectionOptions {
  readonly tls?: (SecureContextOptions & { readonly servername?: string }) | undefined;
  /** For an answer, and for the reply to a ping; milliseconds. */
  readonly timeoutMs: number;
  /** From one ping to the next, while something is open; milliseconds. */
  readonly keepAliveMs: number;
  readonly clock: Clock;
}

export type Metadata = Readonly<Record<string, string>>;

export interface CallHandlers {
  message(bytes: Buffer): void;
  /** Once, after the last message. @param error undefined when the server ended it well */
  end(error: Error | undefined): void;
}

/** An open call to which messages can be added. */
export interface Call {
  write(message: Uint8Array): void;
  /** No more messages come from here. */
  finish(): void;
  /** Nothing is told of it any more. */
  close(): void;
}

/**
 * One HTTP/2 connection to a gRPC server, and calls on it. Whatever is the matter with it ends it, with all its calls:
 * it is not mended. Closing releases the socket at once, whatever is under way.
 */
export class GrpcConnection {
  readonly #options: ConnectionOptions;
  readonly #session: ClientHttp2Session;
  readonly #calls = new Set<(error: Error) => void>();
  #trouble: Error | undefined;
  #ping: Timer | undefined;

  /** @param url `http://host:port` or `https://host:port` */
  constructor(url: string, options: ConnectionOptions) {
    this.#options = options;
    // An address is no name that TLS could ask for; the certificate is compared with it all the same.
    const servername = isIP(new URL(url).hostname.replace(/^\[|\]$/g, "")) ? { servername: "" } : {};
    this.#session = connect(url, { ...servername, ...options.tls });
    const fail = (error: Error) => this.#fail(error);
    this.#session.on("error", fail);
    this.#session.on("goaway", (_code: number, _last: number, why?: Uint8Array) => {
      const reason = why?.length ? `: ${Buffer.from(why).toString()}` : "";
      fail(new GrpcError(STATUS.UNAVAILABLE, `the server ends the connection${reason}`));
    });
    let hasSpoken = false;
    this.#session.once("remoteSettings", () => {
      hasSpoken = true;
    });
    this.#session.on("close", () => {
      const closed = "the connection was closed";
      // A server that speaks TLS alone hangs up on who does not, and the other way round.
      const early = `${closed} before anything came over it: is that etcd, and is it http or https?`;
      fail(new GrpcError(STATUS.UNAVAILABLE, hasSpoken ? closed : early));
    });
    this.#schedulePing();
  }

  /** What ended it, once something has. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** One question, one answer, in time. @throws GrpcError, or what is the matter with the connection */
  unary(path: string, metadata: Metadata, message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let answer: Buffer | undefined;
      const call = this.open(path, metadata, {
        message(bytes) {
          answer = bytes;
        },
        end(error) {
          limit.cancel();
          if (error) reject(error);
          else if (answer) resolve(answer);
          else reject(new GrpcError(STATUS.UNAVAILABLE, "the answer is empty"));
        },
      });
      const { clock, timeoutMs } = this.#options;
      const limit = clock.schedule(timeoutMs, () => {
        afterReading(() => {
          reject(silent(timeoutMs));
          call.close();
        });
      });
      call.write(message);
      call.finish();
    });
  }

  /** Starts a call. What goes wrong comes to `handlers.end`, always after this has returned. */
  open(path: string, metadata: Metadata, handlers: CallHandlers): Call {
    let over = false;
    let stream: ClientHttp2Stream | undefined;
    const end = (error: Error | undefined) => {
      if (over) return;
      over = true;
      this.#calls.delete(end);
      handlers.end(error);
    };
    this.#calls.add(end);
    if (this.#trouble) setImmediate(end, this.#trouble);
    else stream = this.#request(path, metadata, handlers, end);
    return {
      write: (message) => void stream?.write(frame(message)),
      finish: () => void stream?.end(),
      close: () => {
        over = true;
        this.#calls.delete(end);
        stream?.close();
      },
    };
  }

  /** Ends every call, and gives the socket back. Idempotent. */
  close(): void {
    this.#fail(new GrpcError(STATUS.UNAVAILABLE, "the connection has been closed"));
  }

  #request(path: string, metadata: Metadata, handlers: CallHandlers, end: (error: Error | undefined) => void) {
    const stream = this.#session.request({
      ...{ ":method": "POST", ":path": path, te: "trailers", "content-type": "application/grpc" },
      ...metadata,
    });
    const deframer = new Deframer();
    let last: Readonly<Record<string, unknown>> = {};
    stream.on("response", (headers) => {
      const { ":status": status } = headers;
      if (status !== 200) end(new GrpcError(STATUS.UNAVAILABLE, `HTTP status ${status}, as no gRPC server answers`));
      last = headers;
    });
    stream.on("trailers", (trailers) => {
      last = trailers;
    });
    stream.on("data", (chunk: Buffer) => {
      try {
        for (const message of deframer.take(chunk)) handlers.message(message);
      } catch (error) {
        end(error as Error);
        stream.close();
      }
    });
    // The connection's own trouble, if that is behind it, is told a moment later, and says more.
    stream.on("error", (error) => setImmediate(() => end(this.#trouble ?? error)));
    stream.on("close", () => setImmediate(() => end(this.#trouble ?? statusError(last))));
    // All has been said, also when our own side of the call is still open.
    stream.on("end", () => stream.close());
    return stream;
  }

  #fail(error: Error): void {
    if (this.#trouble) return;
    this.#trouble = error;
    this.#ping?.cancel();
    this.#session.destroy();
    for (const end of [...this.#calls]) end(error);
  }

  /**
   * A connection over which nothing comes any more looks like one on which nothing happens. A server answers pings by
   * itself; one that has stopped does not.
   */
  #schedulePing(): void {
    const { clock, keepAliveMs, timeoutMs } = this.#options;
    this.#ping = clock.schedule(keepAliveMs, () => {
      let answered = false;
      this.#session.ping(() => {
        answered = true;
      });
      this.#ping = clock.schedule(timeoutMs, () => {
        afterReading(() => {
          if (answered) this.#schedulePing();
          else this.#fail(silent(timeoutMs));
        });
      });
    });
  }
}

function silent(timeoutMs: number): GrpcError {
  return new GrpcError(STATUS.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`);
}
