import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "../../../../integration/support/ports.js";
import { StandInCatalog } from "./stand-in-catalog.js";

/** What to answer instead of what is true. */
export interface FaultyAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a text, else as JSON. */
  readonly body?: unknown;
  /** Break the connection after so many bytes of the body. */
  readonly cutAfter?: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** Says what to answer to a request, or undefined for the truth. */
export type Fault = (asked: Asked, number: number) => FaultyAnswer | undefined;

/**
 * The part of an agent's HTTP interface that the adapter uses, in this process, with faults that a real agent cannot be
 * made to show. The same conformance suite runs against it and against Consul.
 */
export class ConsulStandIn {
  readonly catalog = new StandInCatalog();
  /** Everything that was asked, in order. */
  readonly asked: Asked[] = [];
  fault: Fault | undefined;
  /** How many have been accepted. */
  connections = 0;
  readonly port: number;
  #server: Server;
  #held: (() => void)[] | undefined;

  private constructor(server: Server) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = this.#serve(server);
  }

  static async start(): Promise<ConsulStandIn> {
    return new ConsulStandIn(await listen(await freePort()));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The requests whose path begins so. */
  askedFor(path: string): Asked[] {
    return this.asked.filter((asked) => asked.path.startsWith(path));
  }

  /** Refuses connections and cuts those that are open, until {@link restore}. */
  refuse(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Takes requests and answers none, until {@link restore}. */
  hold(): void {
    this.#held = [];
  }

  /** Ends {@link refuse} and {@link hold}: what was held is carried out now. */
  async restore(): Promise<void> {
    if (!this.#server.listening) this.#server = this.#serve(await listen(this.port));
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const carryOut of held) carryOut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    this.catalog.dispose();
  }

  #serve(server: Server): Server {
    server.on("connection", () => this.connections++);
    return server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const carryOut = () => this.#answer(request, Buffer.concat(chunks).toString(), response);
        if (this.#held) this.#held.push(carryOut);
        else carryOut();
      });
    });
  }

  #answer({ method = "", url = "", headers }: IncomingMessage, body: string, response: ServerResponse): void {
    const { pathname, searchParams: query } = new URL(url, "http://stand-in");
    const asked = { method, path: decodeURIComponent(pathname), query, headers };
    this.asked.push(asked);
    const answer = this.fault?.(asked, this.asked.length) ?? this.#truth(asked, body, response);
    if (answer !== undefined) respond(response, answer);
  }

  /** What is true; undefined for what has to be waited for. */
  #truth({ method, path, query }: Asked, body: string, response: ServerResponse): FaultyAnswer | undefined {
    const [, what, rest = ""] = PATH.exec(path) ?? [];
    const { catalog } = this;
    switch (`${method} ${what}`) {
      case "GET health/service":
        this.#health(rest, query, response);
        return undefined;
      case "GET agent/services":
        return { body: catalog.services(idIn(query)) };
      case "PUT agent/service/register":
        return catalog.register(JSON.parse(body));
      case "PUT agent/service/deregister":
        return catalog.deregister(rest);
      case "PUT agent/check/pass":
        return catalog.pass(rest);
      default:
        return { status: 404, body: "Invalid URL path: not a recognized HTTP API endpoint\n" };
    }
  }

  #health(service: string, query: URLSearchParams, response: ServerResponse): void {
    const { catalog } = this;
    const answer = () => {
      const headers = { "x-consul-index": String(catalog.index(service)), "x-consul-default-acl-policy": "allow" };
      const filter = { id: idIn(query), tags: query.getAll("tag"), passing: query.has("passing") };
      respond(response, { headers, body: catalog.health(service, filter) });
    };
    const asked = Number(query.get("index") ?? 0);
    if (asked < catalog.index(service)) {
      answer();
      return;
    }
    const waitMs = Number.parseFloat(query.get("wait") ?? "300000");
    const over = () => {
      clearTimeout(timer);
      leave();
      answer();
    };
    const timer = setTimeout(over, waitMs * (1 + Math.random() / 16));
    const leave = catalog.onChange(() => catalog.index(service) > asked && over());
    response.on("close", () => {
      clearTimeout(timer);
      leave();
    });
  }
}

/** What is asked, and the name or id behind it, which may have slashes of its own. */
const PATH = /^\/v1\/(health\/service|agent\/services|agent\/service\/(?:de)?register|agent\/check\/pass)(?:\/(.*))?$/;

/** The only filters that the adapter makes itself. */
function idIn(query: URLSearchParams): string | undefined {
  const filter = query.get("filter");
  if (filter === null) return undefined;
  const [, id] = /^(?:Service\.)?ID == (".*")$/.exec(filter) ?? [];
  if (id === undefined) throw new Error(`the stand-in cannot filter by ${filter}`);
  return JSON.parse(id);
}

function respond(response: ServerResponse, { status = 200, headers = {}, body = "", cutAfter }: FaultyAnswer): void {
  const isText = typeof body === "string";
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  const type = isText ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": type, "content-length": bytes.length, ...headers });
  if (cutAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
