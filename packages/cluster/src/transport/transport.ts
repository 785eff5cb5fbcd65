import type { X509Certificate } from "node:crypto";
import type { Endpoint } from "@rollcall/core";
import type { UniqueNode } from "../node.js";
import type { TlsExplanation } from "./tls-settings.js";

/** What happens on a connection. Set once, before anything can happen. */
export interface ConnectionHandler {
  /** One whole frame. The bytes are the receiver's to keep. */
  readonly onFrame: (frame: Uint8Array) => void;
  /** The connection is gone; called exactly once, unless it was destroyed from this side. */
  readonly onClose: (error: Error | undefined) => void;
}

/** A two-way stream of frames: reliable and in order as long as it lasts. */
export interface Connection {
  /** Where the other side is, for logs. */
  readonly remote: string;
  /**
   * What both ends of this very connection know, and nobody who is between them: the exporter of TLS (RFC 9266).
   * Undefined where there is none, and until a frame has come or can be sent.
   */
  readonly channelBinding?: Uint8Array | undefined;
  /** What the other side has proven to be, if it had to: a certificate that is trusted here. Known as the binding is. */
  readonly peerCertificate?: X509Certificate | undefined;
  /**
   * Why whoever is on the other side cannot be the node that it says it is, for both sides to read; undefined if it can.
   * Where this is missing, anybody may say anything.
   */
  readonly contradiction?: ((claimed: UniqueNode) => string | undefined) | undefined;
  handle(handler: ConnectionHandler): void;
  /**
   * Sends a frame.
   *
   * @returns false if too much is waiting to be sent already; the frame was dropped
   */
  send(frame: Uint8Array): boolean;
  /** The largest frame to accept from now on, in bytes. A larger one breaks the connection. */
  limitFrames(bytes: number): void;
  /** Sends what has been accepted for sending, then ends. */
  close(): void;
  /** Ends at once, and calls nothing any more. */
  destroy(): void;
}

/** A port that is listened on. */
export interface Listener {
  /** The port, also where any free one was asked for. */
  readonly port: number;
  /** Stops accepting. Connections that exist go on; resolves when the last of them, dialled ones too, has ended. */
  close(): Promise<void>;
}

/** The way to other nodes: TCP in earnest, a simulated network in tests. */
export interface Transport {
  /**
   * @param onConnection must give the connection a handler before it returns
   * @throws ClusterError `BIND_FAILED`, or what is wrong with its credentials
   */
  listen(at: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener>;
  /**
   * @throws ClusterError `CONNECT_FAILED` or `CONNECT_TIMED_OUT`, with TLS `HANDSHAKE_TIMED_OUT` or one that begins with
   * `TLS_`; the signal's reason if it aborts
   */
  connect(to: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection>;
  /** What there is to say about certificates; missing where there are none. */
  explainTls?(): TlsExplanation | undefined;
}
