import type { Socket } from "node:net";
import type { Clock } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import { FRAME_HEADER_BYTES, FrameDecoder, frameHeader } from "./frame-decoder.js";
import type { Connection, ConnectionHandler } from "./transport.js";

/** What is known of the other side before it has said anything, and of nobody who is between. */
export type ConnectionProof = Pick<Connection, "channelBinding" | "peerCertificate" | "contradiction">;

export interface TcpConnectionOptions {
  /** The largest frame to accept until {@link TcpConnection.limitFrames} says otherwise, in bytes. */
  readonly maxFrameBytes: number;
  /** With more than this waiting in the socket, frames are dropped. */
  readonly maxUnsentBytes: number;
}

/** How long a closing socket may take to send what it holds, in milliseconds. */
const LINGER_MS = 1_000;
/** With more than this to send, the other side had better begin to read before the turn is over, in bytes. */
const LARGE_BATCH_BYTES = 32_768;
/** A few frames with more than this are not copied to be sent, in bytes. */
const LARGE_WRITE_BYTES = 16_384;
const FEW_FRAMES = 4;

/** Frames over a TCP socket. Frames sent in one turn of the event loop leave in one write, unless they are much. */
export class TcpConnection implements Connection {
  readonly remote: string;
  readonly channelBinding: Connection["channelBinding"];
  readonly peerCertificate: Connection["peerCertificate"];
  readonly contradiction: Connection["contradiction"];
  readonly #socket: Socket;
  readonly #decoder: FrameDecoder;
  readonly #maxUnsentBytes: number;
  readonly #clock: Clock;
  #handler: ConnectionHandler | undefined;
  #error: Error | undefined;
  /** What was sent in this turn, and how many bytes that is with its headers. */
  #batch: Uint8Array[] = [];
  #batched = 0;
  #ended = false;

  constructor(socket: Socket, clock: Clock, options: TcpConnectionOptions, proof?: ConnectionProof) {
    this.#socket = socket;
    this.#decoder = new FrameDecoder(options.maxFrameBytes);
    this.#maxUnsentBytes = options.maxUnsentBytes;
    this.channelBinding = proof?.channelBinding;
    this.peerCertificate = proof?.peerCertificate;
    this.contradiction = proof?.contradiction;
    this.remote = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
    this.#clock = clock;
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.on("close", () => this.#closed());
  }

  handle(handler: ConnectionHandler): void {
    const first = this.#handler === undefined;
    this.#handler = handler;
    if (!first) return;
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    // It may have broken between the connecting and the handling.
    if (this.#socket.closed) queueMicrotask(() => this.#closed());
  }

  send(frame: Uint8Array): boolean {
    if (this.#ended || this.#socket.writableLength + this.#batched > this.#maxUnsentBytes) return false;
    if (this.#batch.length === 0) process.nextTick(this.#flush);
    this.#batch.push(frame);
    this.#batched += FRAME_HEADER_BYTES + frame.length;
    if (this.#batched > LARGE_BATCH_BYTES) this.#flush();
    return true;
  }

  limitFrames(bytes: number): void {
    this.#decoder.limit = bytes;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#socket.closed) return;
    this.#flush();
    this.#socket.end();
    // A peer that does not read must not hold us up.
    const timer = this.#clock.schedule(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once("close", () => timer.cancel());
  }

  destroy(): void {
    this.#ended = true;
    this.#handler = undefined;
    this.#batch = [];
    this.#socket.destroy();
  }

  readonly #flush = (): void => {
    const batch = this.#batch;
    const length = this.#batched;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batched = 0;
    if (batch.length > FEW_FRAMES || length < LARGE_WRITE_BYTES) {
      this.#socket.write(joined(batch, length));
      return;
    }
    this.#socket.cork();
    for (const frame of batch) {
      this.#socket.write(frameHeader(frame.length));
      this.#socket.write(frame);
    }
    this.#socket.uncork();
  };

  #closed(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose(this.#error);
  }

  #receive(chunk: Buffer): void {
    const oversized = this.#decoder.push(chunk, this.#onFrame);
    if (oversized === undefined) return;
    if (isTls(oversized)) {
      this.#error = new ClusterError("TLS_PLAINTEXT", `${this.remote} speaks TLS. Set settings.tls on this node, too.`);
      // Whoever expected TLS sees by these that it is not spoken here.
      this.#socket.write(PLAINTEXT);
      this.#socket.destroySoon();
      return;
    }
    const message = `${this.remote} sent a frame of ${oversized} bytes; ${this.#decoder.limit} are allowed here.`;
    this.#error = new ClusterError("FRAME_TOO_LARGE", message);
    this.#socket.destroy();
  }

  readonly #onFrame = (frame: Uint8Array): boolean => {
    this.#handler?.onFrame(frame);
    return this.#handler !== undefined;
  };
}

/** Frames behind their headers, in one buffer: copying what is small costs less than a write of many parts. */
function joined(frames: readonly Uint8Array[], length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const frame of frames) {
    bytes.writeUInt32BE(frame.length, at);
    bytes.set(frame, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + frame.length;
  }
  return bytes;
}

/** A frame of one byte: too short for a frame of a handshake, and just long enough to be no record of TLS. */
const PLAINTEXT = Uint8Array.of(0, 0, 0, 1, 0);

/** Whether the length of a frame is the beginning of a handshake or an alert of TLS: its kind, and its version 3. */
function isTls(length: number): boolean {
  const start = length >>> 16;
  return start === 0x1603 || start === 0x1503;
}
