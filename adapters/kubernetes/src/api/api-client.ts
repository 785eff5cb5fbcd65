import { type Clock, DiscoveryError } from "@rollcall/core";
import type { LoadConnection } from "../credentials/connection.js";
import type { KubernetesObject } from "../resources/kubernetes-objects.js";
import { pathOf, type Resource } from "../resources/resource.js";
import { type Asked, refusal, type Status } from "./api-error.js";
import { Agents, exchange } from "./exchange.js";
import { LineReader } from "./json-lines.js";

/** Objects per page. The server reads a page at a time, and so do we. */
const PAGE_SIZE = 500;
/** The largest page, and the largest event, in bytes. One object takes two million at most. */
const MOST_BYTES = 2 ** 27;
const MOST_EVENT_BYTES = 2 ** 24;

export interface ApiClientOptions {
  readonly name: string;
  readonly load: LoadConnection;
  readonly resource: Resource;
  /** Default: the connection's, or `default`. */
  readonly namespace?: string | undefined;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly pageSize?: number | undefined;
}

/** A collection at one moment. */
export interface Snapshot {
  readonly objects: readonly KubernetesObject[];
  /** The moment; what a watch begins with. */
  readonly resourceVersion: string;
}

export interface WatchEvent {
  readonly type?: string;
  readonly object?: KubernetesObject & Status;
}

interface List {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string | null };
  readonly items?: readonly KubernetesObject[] | null;
}

/** Lists and watches one collection, with connections of its own. */
export class ApiClient implements Disposable {
  readonly #options: ApiClientOptions;
  readonly #agents = new Agents();

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /**
   * Everything there is, page by page, as of one moment.
   *
   * @throws Expired when reading the pages took so long that the server no longer knows the moment
   */
  async list(signal: AbortSignal): Promise<Snapshot> {
    const objects: KubernetesObject[] = [];
    const limit = String(this.#options.pageSize ?? PAGE_SIZE);
    let token: string | undefined;
    for (;;) {
      const asked = await this.#asking("list");
      const text = await this.#read(asked, { limit, continue: token }, signal);
      const { metadata, items } = (parseJson(text) ?? {}) as List;
      if (!metadata?.resourceVersion || !Array.isArray(items ?? [])) throw senseless(asked, text);
      for (const item of items ?? []) objects.push(item);
      token = metadata.continue || undefined;
      if (token === undefined) return { objects, resourceVersion: metadata.resourceVersion };
    }
  }

  /**
   * What changes after a moment, in the portions in which it arrives; ends when the server ends it.
   *
   * @param watchMs after which the server is asked to end it
   * @param inactivityMs in which it has to say something
   * @throws Expired when the server no longer knows what changed since
   */
  async *watch(
    { resourceVersion, watchMs, inactivityMs }: { resourceVersion: string; watchMs: number; inactivityMs: number },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent[]> {
    const asked = await this.#asking("watch");
    const timeoutSeconds = String(Math.max(1, Math.round(watchMs / 1000)));
    const query = { watch: "true", allowWatchBookmarks: "true", resourceVersion, timeoutSeconds };
    const { status, body } = await this.#get(asked, query, signal, inactivityMs);
    if (status !== 200) throw refusal(asked, { code: status, message: messageIn(await textOf(body, asked)) });
    const lines = new LineReader(MOST_EVENT_BYTES);
    for await (const part of body) {
      yield linesOf(lines, part, asked).map((line) => {
        const event = parseJson(line) as WatchEvent | undefined;
        if (typeof event?.type !== "string" || typeof event.object !== "object") throw senseless(asked, line);
        if (event.type === "ERROR") throw refusal(asked, event.object ?? {});
        return event;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#agents[Symbol.dispose]();
  }

  async #asking(verb: Asked["verb"]): Promise<Asked> {
    const { name, load, resource, namespace } = this.#options;
    const connection = await load();
    return { name, connection, resource, namespace: namespace ?? connection.namespace ?? "default", verb };
  }

  async #read(asked: Asked, query: Record<string, string | undefined>, signal: AbortSignal): Promise<string> {
    const { status, body } = await this.#get(asked, query, signal, this.#options.requestTimeoutMs);
    const text = await textOf(body, asked);
    if (status !== 200) throw refusal(asked, { code: status, message: messageIn(text) });
    return text;
  }

  #get(asked: Asked, query: Record<string, string | undefined>, signal: AbortSignal, bodyLimitMs: number) {
    const { clock, requestTimeoutMs, resource } = this.#options;
    return exchange(asked, {
      path: pathOf(resource, asked.namespace),
      query: { labelSelector: resource.labelSelector, ...query },
      agents: this.#agents,
      clock,
      headLimitMs: requestTimeoutMs,
      bodyLimitMs,
      signal,
    });
  }
}

async function textOf(body: AsyncIterable<Uint8Array>, asked: Asked): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw senseless(asked, `more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function linesOf(reader: LineReader, part: Uint8Array, asked: Asked): string[] {
  try {
    return reader.read(part);
  } catch (error) {
    throw senseless(asked, (error as Error).message);
  }
}

/** What a Status says, or else the text itself, such as that of a proxy in between. */
function messageIn(text: string): string {
  const { message } = (parseJson(text) ?? {}) as Status;
  return typeof message === "string" ? message : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function senseless({ name, connection, resource, verb }: Asked, text: string): DiscoveryError {
  const what = `${name}: ${connection.url} answered to ${verb} ${resource.plural} what is no such answer`;
  const message = `${what}: ${JSON.stringify(text.slice(0, 200))}; is something else listening there?`;
  return new DiscoveryError("INVALID_RESPONSE", message, { adapter: name });
}
