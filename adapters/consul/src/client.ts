import { Agent as HttpAgent } from "node:http";
import Consul from "consul";
import type { CheckedOptions } from "./options.js";
import { TlsAgent } from "./tls-agent.js";

/** What is used of a client of the package `consul`. */
export interface ConsulClient {
  readonly health: { service(options: object): Promise<unknown> };
  readonly agent: {
    readonly service: {
      list(options: object): Promise<unknown>;
      register(options: object): Promise<unknown>;
      deregister(options: object): Promise<unknown>;
    };
    readonly check: { pass(options: object): Promise<unknown> };
  };
  /** How the client makes any request; it has no method of its own for everything. */
  _get?(request: object): Promise<unknown>;
  /** What it was made with. */
  readonly _defaults?: { readonly token?: string };
}

/** A client, and what closes it with all its sockets. */
export interface OpenClient {
  readonly client: ConsulClient;
  /** For messages: where the agent is, without user name and password. */
  readonly server: string;
  close(): void;
}

/** From which moment of silence on the system asks whether the agent's machine is still there. */
const TCP_KEEPALIVE_MS = 10_000;

/** One session's client: its own, so that ending the session can close every socket; or the one that was given. */
export function openClient({ client, url: text, tls, namespace }: CheckedOptions): OpenClient {
  if (client !== undefined) {
    noticeCutAnswers(client);
    return { client, server: "the agent of the given client", close() {} };
  }
  const url = new URL(text);
  const base = url.href.replace(/\/+$/, "");
  const keepAlive = { keepAlive: true, keepAliveMsecs: TCP_KEEPALIVE_MS };
  const agent = url.protocol === "https:" ? new TlsAgent(keepAlive, tls) : new HttpAgent(keepAlive);
  const options = {
    baseUrl: `${base}/v1`,
    agent,
    // The package passes a namespace on in no other way.
    ...(namespace === undefined ? {} : { headers: { "x-consul-namespace": namespace } }),
  };
  const own = new Consul(options);
  noticeCutAnswers(own);
  url.username = url.password = "";
  return { client: own, server: url.href.replace(/\/$/, ""), close: () => agent.destroy() };
}

interface Sent {
  on(
    event: "response",
    listener: (answer: { on(event: "error", listener: (error: Error) => void): void }) => void,
  ): void;
  emit(event: "error", error: Error): void;
}

interface Extensible {
  _ext?(
    event: "onRequest",
    extension: (request: { transport: { request(options: object): Sent } }, next: () => void) => void,
  ): void;
}

const noticing = new WeakSet<object>();

/**
 * An answer whose connection is cut never ends, and the client waits for that end alone: it would hang until its
 * time-out. Its hook for extensions lets us hand the news on as the request's own error.
 */
function noticeCutAnswers(client: ConsulClient & Extensible): void {
  if (noticing.has(client)) return;
  noticing.add(client);
  client._ext?.("onRequest", (request, next) => {
    const { transport } = request;
    request.transport = {
      request(options) {
        const sent = transport.request(options);
        sent.on("response", (answer) => answer.on("error", (error) => sent.emit("error", error)));
        return sent;
      },
    };
    next();
  });
}
