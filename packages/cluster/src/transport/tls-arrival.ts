import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { UniqueNode } from "../node.js";
import type { Connection, ConnectionHandler } from "./transport.js";

/**
 * Somebody who has connected and is not through TLS yet. Handed on at once, so that he counts as a stranger, and has to
 * be done in the time that one has; what he says comes when he is through.
 */
export class TlsArrival implements Connection {
  readonly remote: string;
  readonly #socket: Socket;
  #handler: ConnectionHandler | undefined;
  #frameLimit: number | undefined;
  #secured: Connection | undefined;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remote = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
  }

  /** Whether there is no need to wait for him any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get channelBinding(): Uint8Array | undefined {
    return this.#secured?.channelBinding;
  }

  get peerCertificate(): X509Certificate | undefined {
    return this.#secured?.peerCertificate;
  }

  contradiction(claimed: UniqueNode): string | undefined {
    return this.#secured?.contradiction?.(claimed);
  }

  handle(handler: ConnectionHandler): void {
    this.#handler = handler;
    this.#secured?.handle(handler);
  }

  /** Before he is through there is nothing to be said to him. */
  send(frame: Uint8Array): boolean {
    return this.#secured?.send(frame) ?? false;
  }

  limitFrames(bytes: number): void {
    this.#frameLimit = bytes;
    this.#secured?.limitFrames(bytes);
  }

  close(): void {
    if (this.#secured !== undefined) this.#secured.close();
    else this.#socket.destroy();
  }

  destroy(): void {
    this.#handler = undefined;
    if (this.#secured !== undefined) this.#secured.destroy();
    else this.#socket.destroy();
  }

  /** He is through, and trusted. */
  secure(connection: Connection): void {
    this.#isOver = true;
    this.#secured = connection;
    if (this.#frameLimit !== undefined) connection.limitFrames(this.#frameLimit);
    if (this.#handler !== undefined) connection.handle(this.#handler);
    else connection.destroy();
  }

  /**
   * He is through, and not trusted: he is told why over `connection`, and heard no more.
   *
   * @param farewell one frame
   */
  distrust(connection: Connection, farewell: Uint8Array, error: Error): void {
    this.#isOver = true;
    this.#secured = connection;
    if (this.#frameLimit !== undefined) connection.limitFrames(this.#frameLimit);
    connection.handle({ onFrame: () => {}, onClose: () => this.#handler?.onClose(error) });
    connection.send(farewell);
    connection.close();
  }

  /** He is gone, or is to go. */
  fail(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroy();
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose(error);
  }
}
