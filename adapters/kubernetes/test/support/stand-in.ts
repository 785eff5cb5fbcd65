import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { PODS, SLICES, type Written } from "./objects.ts";
import { StandInStore, type StoredEvent } from "./stand-in-store.ts";

export interface StandInOptions {
  /** Certificate and key, in PEM. Default: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Milliseconds between bookmarks. Default 60,000, as the real one has it. */
  readonly bookmarkMs?: number;
  readonly store?: StandInStore;
  readonly port?: number;
}

/** How an answer to a watch is bent, for what a real server does seldom and not when asked. */
export interface WatchFaults {
  /** Says 410 as the status of the response. Default: in an event. */
  goneAsStatus?: boolean;
  /** Writes the stream in pieces of so many bytes, whatever is in them. */
  pieceBytes?: number;
  /** Sent as it is in place of what is wanted. */
  instead?: { readonly status: number; readonly body: string };
  /** Begins watches and says nothing in them. */
  silent?: boolean;
  /** Ends watches at once. */
  endAtOnce?: boolean;
}

const PATH = /^\/(api\/v1|apis\/discovery\.k8s\.io\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(\/status)?$/;
const COLLECTIONS: ReadonlySet<string> = new Set([SLICES, PODS]);
export const ADMIN_TOKEN = "admin-token";

/**
 * A server of the part of the Kubernetes API that the adapter uses: lists in pages, watches, bearer tokens, permissions.
 * The suite in `api-server-suite.ts` passes with it as with a real one.
 */
export class StandIn implements AsyncDisposable {
  readonly store: StandInStore;
  /** Who a token belongs to. */
  readonly tokens = new Map([[ADMIN_TOKEN, "admin"]]);
  /** What users other than the administrator may do: `list endpointslices`. */
  readonly permissions = new Map<string, Set<string>>();
  readonly watchFaults: WatchFaults = {};
  /** The queries that came, as they were; for tests that look at them. */
  readonly requests: URL[] = [];
  /** Called before an answer to a request to read, which waits for it. */
  before: ((url: URL) => void | Promise<void>) | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #bookmarkMs: number;

  private constructor({ tls, bookmarkMs = 60_000, store = new StandInStore() }: StandInOptions) {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch((error) => response.destroy(error));
    };
    this.#server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
    });
    this.#bookmarkMs = bookmarkMs;
    this.store = store;
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options);
    await new Promise<void>((resolve, reject) => {
      standIn.#server.on("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return standIn;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://stand-in");
    const user = this.tokens.get(request.headers.authorization?.replace("Bearer ", "") ?? "");
    if (user === undefined) return refuse(response, 401, "Unauthorized");
    const [, base = "", namespace = "", plural = "", name, status] = PATH.exec(url.pathname) ?? [];
    if (!COLLECTIONS.has(`${base}/${plural}`))
      return refuse(response, 404, "the server could not find the requested resource");
    const path = `${namespace}/${plural}`;
    if (request.method !== "GET" || name !== undefined)
      return this.#write(request, response, path, name, status !== undefined);
    this.requests.push(url);
    const verb = url.searchParams.get("watch") === "true" ? "watch" : "list";
    if (user !== "admin" && !this.permissions.get(user)?.has(`${verb} ${plural}`)) {
      const group = base === "api/v1" ? "" : "discovery.k8s.io";
      const what = `cannot ${verb} resource "${plural}" in API group "${group}" in the namespace "${namespace}"`;
      return refuse(response, 403, `${plural} is forbidden: User "${user}" ${what}`);
    }
    const matches = selector(url.searchParams.get("labelSelector") ?? "");
    if (matches === undefined) return refuse(response, 400, "unable to parse requirement");
    await this.before?.(url);
    if (verb === "list") this.#list(url, response, path, plural, matches);
    else this.#watch(url, response, path, matches);
  }

  #list({ searchParams }: URL, response: ServerResponse, path: string, plural: string, matches: Matches) {
    const limit = Number(searchParams.get("limit") ?? 1e9);
    const page = this.store.page(path, matches, limit, searchParams.get("continue") ?? undefined);
    if (page === undefined) return refuse(response, 410, "The provided continue parameter is too old");
    const { version, next, items } = page;
    const metadata = { resourceVersion: version, ...(next === undefined ? {} : { continue: next }) };
    json(response, 200, { kind: plural === "pods" ? "PodList" : "EndpointSliceList", metadata, items });
  }

  #watch({ searchParams }: URL, response: ServerResponse, path: string, matches: Matches) {
    const { goneAsStatus, pieceBytes, instead, silent, endAtOnce } = this.watchFaults;
    if (instead !== undefined) return void response.writeHead(instead.status).end(instead.body);
    const from = Number(searchParams.get("resourceVersion") ?? 0);
    const missed = this.store.since(from);
    const gone = `too old resource version: ${from}`;
    if (missed === undefined && goneAsStatus) return refuse(response, 410, gone);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (endAtOnce) return void response.end();
    if (silent) return;
    const write = (event: object) => {
      const text = Buffer.from(`${JSON.stringify(event)}\n`);
      const step = pieceBytes ?? text.length;
      for (let start = 0; start < text.length; start += step) response.write(text.subarray(start, start + step));
    };
    if (missed === undefined) {
      write({ type: "ERROR", object: statusObject(410, gone) });
      return void response.end();
    }
    const tell = (event: StoredEvent) => {
      if (event.path !== path) return;
      const [before, after] = [event.before, event.after].map((object) =>
        object && matches(object) ? object : undefined,
      );
      if (after !== undefined) write({ type: before === undefined ? "ADDED" : "MODIFIED", object: after });
      else if (before !== undefined) {
        const resourceVersion = String(event.version);
        write({ type: "DELETED", object: { ...before, metadata: { ...before.metadata, resourceVersion } } });
      }
    };
    for (const event of missed) tell(event);
    const leave = this.store.listen(tell);
    const bookmarks = searchParams.get("allowWatchBookmarks") === "true";
    const bookmark = () => {
      if (bookmarks) write({ type: "BOOKMARK", object: { metadata: { resourceVersion: String(this.store.version) } } });
    };
    const every = setInterval(bookmark, this.#bookmarkMs);
    const limit = setTimeout(
      () => {
        bookmark();
        response.end();
      },
      Number(searchParams.get("timeoutSeconds") ?? 1800) * 1000,
    );
    response.on("close", () => {
      leave();
      clearInterval(every);
      clearTimeout(limit);
    });
  }

  async #write(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    name: string | undefined,
    status: boolean,
  ) {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString() || "{}") as Written;
    const existing = this.store.get(path, name ?? body.metadata.name);
    if (request.method === "POST") {
      if (existing !== undefined) return refuse(response, 409, "already exists");
      // A pod has no status before somebody has set it.
      const { status: _, ...object } = body;
      return json(response, 201, this.store.put(path, object as Written));
    }
    if (existing === undefined) return refuse(response, 404, "not found");
    if (request.method === "GET") return json(response, 200, existing);
    if (request.method === "DELETE") return json(response, 200, this.store.delete(path, name ?? "") ?? {});
    return json(
      response,
      200,
      this.store.put(
        path,
        status
          ? { ...existing, status: body.status }
          : { ...body, ...("status" in existing && { status: existing.status }) },
      ),
    );
  }
}

type Matches = (object: Written) => boolean;

/** `a=b,c=d`; undefined for what is no selector. */
function selector(text: string): Matches | undefined {
  const wanted = text
    .split(",")
    .filter(Boolean)
    .map((part) => part.split("="));
  if (wanted.some((parts) => parts.length !== 2)) return undefined;
  return ({ metadata: { labels = {} } }) => wanted.every(([label, value]) => labels[label as string] === value);
}

function statusObject(code: number, message: string) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, message };
}

function refuse(response: ServerResponse, code: number, message: string): void {
  json(response, code, statusObject(code, message));
}

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}
