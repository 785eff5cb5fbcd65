import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { PODS, SLICES, type Written } from "./objects.ts";

export interface WriterOptions {
  readonly url: string;
  readonly ca?: string;
  readonly token: string;
}

/** Kinds by collection, for what has to be said when writing. */
const KINDS: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  [SLICES]: { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
  [PODS]: { apiVersion: "v1", kind: "Pod" },
};

/** Writes objects through the API as an administrator, the same way to a real server and to the stand-in. */
export class ApiWriter {
  readonly #options: WriterOptions;
  readonly #agent: HttpAgent;

  constructor(options: WriterOptions) {
    this.#options = options;
    const isSecure = options.url.startsWith("https:");
    this.#agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 20 });
  }

  /** The same server, as somebody else. */
  as(token: string): ApiWriter {
    return new ApiWriter({ ...this.#options, token });
  }

  create(namespace: string, collection: string, object: Written): Promise<Written> {
    return this.send("POST", pathOf(namespace, collection), { ...KINDS[collection], ...object });
  }

  /** Whatever it was before. */
  replace(namespace: string, collection: string, object: Written): Promise<Written> {
    const path = `${pathOf(namespace, collection)}/${object.metadata.name}`;
    return this.send("PUT", path, { ...KINDS[collection], ...object });
  }

  /** Its status, which is no business of who writes the object. */
  async setStatus(namespace: string, collection: string, name: string, status: object): Promise<Written> {
    const path = `${pathOf(namespace, collection)}/${name}`;
    const object = await this.send("GET", path);
    return this.send("PUT", `${path}/status`, { ...object, status });
  }

  async delete(namespace: string, collection: string, name: string): Promise<void> {
    await this.send("DELETE", `${pathOf(namespace, collection)}/${name}`, { gracePeriodSeconds: 0 });
  }

  /** @throws Error with the server's message */
  send(method: string, path: string, body?: unknown): Promise<Written> {
    const { url, ca, token } = this.#options;
    const request = url.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text ?? ""),
      };
      const outgoing = request(`${url}/${path}`, {
        method,
        headers,
        agent: this.#agent,
        ...(ca === undefined ? {} : { ca }),
      });
      outgoing.on("error", reject).on("response", async (response) => {
        const parts: Buffer[] = [];
        try {
          for await (const part of response) parts.push(part as Buffer);
          const answer = JSON.parse(Buffer.concat(parts).toString());
          if ((response.statusCode ?? 500) < 300) resolve(answer);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.message}`));
        } catch (error) {
          reject(error);
        }
      });
      outgoing.end(text);
    });
  }
}

function pathOf(namespace: string, collection: string): string {
  const [, base, plural] = /^(.*)\/([^/]*)$/.exec(collection) as unknown as [string, string, string];
  return `${base}/namespaces/${namespace}/${plural}`;
}
