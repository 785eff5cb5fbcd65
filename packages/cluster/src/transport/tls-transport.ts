import type { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, createServer, type Server, type TLSSocket } from "node:tls";
import { type Clock, type Endpoint, formatEndpoint, type Timer } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import type { Logger } from "../logger.js";
import type { UniqueNode } from "../node.js";
import { explainCertificate } from "./certificate.js";
import type { ConnectionProof } from "./tcp-connection.js";
import type { TcpTransport } from "./tcp-transport.js";
import { TlsArrival } from "./tls-arrival.js";
import { distrust, handshakeError } from "./tls-errors.js";
import { TlsFailures } from "./tls-failures.js";
import { contradiction } from "./tls-identity.js";
import { TlsKeeper } from "./tls-keeper.js";
import type { TlsExplanation, TlsSettings } from "./tls-settings.js";
import type { Connection, Listener, Transport } from "./transport.js";
import { validateTls } from "./validate-tls.js";
import { systemWallClock } from "./wall-clock.js";

/** What the exporter of TLS is asked for (RFC 9266). */
const BINDING_LABEL = "EXPORTER-Channel-Binding";
const BINDING_BYTES = 32;

export interface TlsTransportContext {
  readonly settings: TlsSettings;
  readonly tcp: TcpTransport;
  /** How long TLS may take once connected, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** What to tell somebody who is not trusted: a frame that says so. */
  readonly farewell: (reason: string) => Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: the system's. Certificates are good from one date to another. */
  readonly wallClock?: () => number;
}

/** Nodes reach each other over TLS, and show each other certificates. */
export class TlsTransport implements Transport {
  readonly #context: TlsTransportContext;
  readonly #keeper: TlsKeeper;
  readonly #failures: TlsFailures;
  /** Those who are through, in the order in which they came, and how often credentials had been taken by then. */
  readonly #open = new Map<Connection, number>();
  /** Each ends a connection, at its time. */
  readonly #renewals = new Set<Timer>();
  #server: Server | undefined;

  /** @throws ClusterError `INVALID_SETTING` */
  constructor(context: TlsTransportContext) {
    const { clock, logger, settings, wallClock = systemWallClock } = context;
    validateTls(settings);
    this.#context = context;
    this.#failures = new TlsFailures(clock);
    this.#keeper = new TlsKeeper({
      settings,
      clock,
      logger,
      wallClock,
      onReload: ({ options }) => {
        this.#server?.setSecureContext(options);
        this.#renew();
      },
    });
  }

  get #isMutual(): boolean {
    return this.#context.settings.mutual ?? true;
  }

  async listen(at: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
    const { options } = await this.#keeper.load();
    const { handshakeTimeoutMs, tcp } = this.#context;
    const requestCert = this.#isMutual;
    // Whether who comes is trusted is looked at in #secured: to be able to tell him why he is not.
    const server = createServer({
      ...options,
      requestCert,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeTimeoutMs,
    });
    /** By the port and address that they come from. */
    const arrivals = new Map<string, TlsArrival>();
    server.on("secureConnection", (socket) => this.#secured(socket, arrivals.get(remoteOf(socket))));
    server.on("tlsClientError", (error, socket) => arrivals.get(remoteOf(socket))?.fail(this.#failed(error, socket)));
    const listener = await tcp.accept(at, (socket) => {
      const arrival = new TlsArrival(socket);
      arrivals.set(arrival.remote, arrival);
      const { remoteAddress = "?" } = socket;
      socket.once("close", () => {
        arrivals.delete(arrival.remote);
        if (arrival.isOver) return;
        const error = handshakeError(undefined, arrival.remote, "answers");
        this.#failures.note(remoteAddress, error);
        arrival.fail(error);
      });
      onConnection(arrival);
      if (!socket.destroyed) server.emit("connection", socket);
    });
    this.#server = server;
    this.#keeper.watch();
    const close = () => {
      this.#keeper.stop();
      for (const renewal of this.#renewals) renewal.cancel();
      return listener.close();
    };
    return { port: listener.port, close };
  }

  async connect(to: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    const { context } = await this.#keeper.load();
    const { settings, tcp } = this.#context;
    const raw = await tcp.open(to, timeoutMs, signal);
    const { serverName = to.host } = settings;
    const name = typeof serverName === "function" ? serverName({ host: to.host, port: to.port }) : serverName;
    let mismatch: Error | undefined;
    const socket = connect({
      socket: raw,
      secureContext: context,
      // An address must not be sent as a name.
      servername: name === false || isIP(name) !== 0 ? "" : name,
      // Looked at below, to be able to tell the other side.
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => {
        mismatch = name === false ? undefined : checkServerIdentity(name, certificate);
        return mismatch;
      },
    });
    await this.#handshake(socket, to, signal);
    const trouble = distrusted(socket, true, "answers", mismatch);
    if (trouble === undefined) return this.#wrap(socket);
    const farewell = tcp.wrap(socket);
    farewell.handle({ onFrame: () => {}, onClose: () => {} });
    farewell.send(this.#context.farewell(trouble.why));
    farewell.close();
    throw new ClusterError(trouble.code, `No TLS with ${formatEndpoint(to)}: ${trouble.why}.`, { cause: mismatch });
  }

  explainTls(): TlsExplanation | undefined {
    const { credentials, reloads, loadedAgoMs, reloadError } = this.#keeper.state;
    if (credentials === undefined) return undefined;
    const generations = [...this.#open.values()];
    return {
      certificate: explainCertificate(credentials.certificate),
      authorities: credentials.authorities.map(explainCertificate),
      mutual: this.#isMutual,
      minVersion: this.#context.settings.minVersion ?? "TLSv1.3",
      reloads,
      loadedAgoMs,
      reloadError,
      connections: { open: generations.length, older: generations.filter((each) => each < reloads).length },
      failures: this.#failures.explain(),
    };
  }

  /** Resolves when both sides have agreed on keys; whose the other ones are is not looked at yet. */
  #handshake(socket: TLSSocket, to: Endpoint, signal: AbortSignal): Promise<void> {
    const { clock, handshakeTimeoutMs } = this.#context;
    return new Promise((resolve, reject) => {
      const give = (error: unknown) => {
        finish();
        socket.destroy();
        reject(error);
      };
      const timer = clock.schedule(handshakeTimeoutMs, () => {
        const message = `${formatEndpoint(to)} accepted the connection, but did not finish TLS in ${handshakeTimeoutMs} ms.`;
        give(new ClusterError("HANDSHAKE_TIMED_OUT", message));
      });
      const abort = () => give(signal.reason);
      const fail = (cause?: Error) => give(handshakeError(cause, formatEndpoint(to), "dials"));
      const ended = () => fail();
      const finish = () => {
        timer.cancel();
        signal.removeEventListener("abort", abort);
        socket.removeListener("error", fail).removeListener("close", ended);
        // What a socket says after it was given up interests nobody.
        socket.on("error", () => {});
      };
      signal.addEventListener("abort", abort);
      socket.once("error", fail).once("close", ended);
      socket.once("secureConnect", () => {
        finish();
        resolve();
      });
      if (signal.aborted) abort();
    });
  }

  /** Somebody who came has got through TLS. */
  #secured(socket: TLSSocket, arrival: TlsArrival | undefined): void {
    if (arrival === undefined || arrival.isOver) {
      socket.destroy();
      return;
    }
    const trouble = distrusted(socket, this.#isMutual, "dials", undefined);
    if (trouble === undefined) {
      arrival.secure(this.#wrap(socket));
      return;
    }
    const error = new ClusterError(trouble.code, `No TLS with ${arrival.remote}: ${trouble.why}.`);
    this.#failures.note(socket.remoteAddress ?? "?", error);
    arrival.distrust(this.#context.tcp.wrap(socket), this.#context.farewell(trouble.why), error);
  }

  #failed(cause: Error, socket: TLSSocket): ClusterError {
    const error = handshakeError(cause, remoteOf(socket), "answers");
    this.#failures.note(socket.remoteAddress ?? "?", error);
    return error;
  }

  #wrap(socket: TLSSocket): Connection {
    const { settings, tcp } = this.#context;
    const certificate = socket.getPeerX509Certificate();
    const proof: ConnectionProof = {
      channelBinding: socket.exportKeyingMaterial(BINDING_BYTES, BINDING_LABEL, Buffer.alloc(0)),
      peerCertificate: certificate,
      contradiction: (claimed) => check(settings, certificate, claimed),
    };
    const connection = tcp.wrap(socket, proof);
    this.#open.set(connection, this.#keeper.reloads);
    socket.once("close", () => this.#open.delete(connection));
    return connection;
  }

  /** Ends the connections that were made with what was there before, one after the other; their owners dial again. */
  #renew(): void {
    const { clock, settings } = this.#context;
    if (settings.renewWithinMs === undefined) return;
    const older = [...this.#open.keys()];
    for (const [at, connection] of older.entries()) {
      const timer = clock.schedule((settings.renewWithinMs * at) / older.length, () => {
        this.#renewals.delete(timer);
        if (this.#open.has(connection)) connection.close();
      });
      this.#renewals.add(timer);
    }
  }
}

/** Who shows no certificate, because none is asked for, has none that could contradict him. */
function check(
  settings: TlsSettings,
  certificate: X509Certificate | undefined,
  claimed: UniqueNode,
): string | undefined {
  return certificate === undefined ? undefined : contradiction(settings.verifyPeer, certificate, claimed);
}

/** Why the other side is not trusted, if it is not. */
function distrusted(socket: TLSSocket, isAsked: boolean, whose: "dials" | "answers", mismatch: Error | undefined) {
  if (mismatch !== undefined) {
    const why = `the certificate of the node that ${whose} is for another name (${mismatch.message})`;
    const remedy = "issue it for the address that others dial, or set settings.tls.serverName";
    return { code: "TLS_NAME_MISMATCH", why: `${why}: ${remedy}` } as const;
  }
  if (!isAsked || socket.authorized) return undefined;
  const isShown = socket.getPeerX509Certificate() !== undefined;
  return distrust(whose, isShown ? String(socket.authorizationError) : "NOT_SHOWN");
}

function remoteOf(socket: Socket): string {
  return `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
}
