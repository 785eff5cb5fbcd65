import { request } from "node:https";
import type { ServiceInstance } from "@rollcall/core";

/** A node in Consul's catalog that is no agent's, so that nobody takes from it what it is not told of. */
const NODE = "elsewhere";
/** Of one transaction. */
const MOST_OPERATIONS = 64;

interface HealthEntry {
  readonly Service: { readonly ID: string; readonly Meta?: Readonly<Record<string, string>> };
}

/** Speaks to Consul without the adapter, and without its client. */
export class ConsulClient {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #ca: string | undefined;
  #hasNode = false;

  constructor(url: string, { token, ca }: { readonly token?: string; readonly ca?: string } = {}) {
    this.#url = url;
    this.#token = token;
    this.#ca = ca;
  }

  /** Into the servers' catalog, past every agent. */
  async put(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    if (!this.#hasNode) await this.ask("PUT", "catalog/register", { Node: NODE, Address: "10.77.255.1" });
    this.#hasNode = true;
    await this.#transact(
      "set",
      instances.map(({ host, port, id = "", metadata }) => ({
        ...{ Service: service, ID: `${service}:${id}`, Address: host, Port: port },
        Meta: { ...metadata, "rollcall-id": id },
      })),
    );
  }

  remove(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    return this.#transact(
      "delete",
      instances.map(({ id }) => ({ Service: service, ID: `${service}:${id}` })),
    );
  }

  /** Of those whose checks pass. */
  async ids(service: string): Promise<string[]> {
    const entries = (await this.ask("GET", `health/service/${service}?passing`)) as readonly HealthEntry[];
    return entries.map(({ Service: { ID, Meta } }) => Meta?.["rollcall-id"] ?? ID);
  }

  /** A token with these rules. */
  async createToken(secret: string, rules: string): Promise<void> {
    const policy = `policy-of-${secret}`;
    await this.ask("PUT", "acl/policy", { Name: policy, Rules: rules });
    await this.ask("PUT", "acl/token", { SecretID: secret, Policies: [{ Name: policy }] });
  }

  async deleteToken(secret: string): Promise<void> {
    const tokens = (await this.ask("GET", "acl/tokens")) as readonly { AccessorID: string; SecretID?: string }[];
    const token = tokens.find(({ SecretID }) => SecretID === secret);
    await this.ask("DELETE", `acl/token/${token?.AccessorID}`);
  }

  /** @throws Error with Consul's words */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const headers = this.#token === undefined ? {} : { "x-consul-token": this.#token };
    const { ok, text } = await send(`${this.#url}/v1/${path}`, method, headers, this.#ca, body && JSON.stringify(body));
    if (!ok) throw new Error(`${method} ${path}: ${text}`);
    return text.trim() === "" ? undefined : JSON.parse(text);
  }

  async #transact(verb: "delete" | "set", services: readonly object[]): Promise<void> {
    for (let from = 0; from < services.length; from += MOST_OPERATIONS) {
      const some = services.slice(from, from + MOST_OPERATIONS);
      const operations = some.map((service) => ({ Service: { Verb: verb, Node: NODE, Service: service } }));
      await this.ask("PUT", "txn", operations);
    }
  }
}

type Headers = Record<string, string>;

async function send(url: string, method: string, headers: Headers, ca: string | undefined, body?: string) {
  if (ca === undefined) {
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    return { ok: response.ok, text: await response.text() };
  }
  // `fetch` takes no authority of one's own.
  return new Promise<{ ok: boolean; text: string }>((resolve, reject) => {
    const sent = request(url, { method, headers, ca }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ ok: Math.floor((response.statusCode ?? 0) / 100) === 2, text }));
      response.on("error", reject);
    });
    sent.on("error", reject).end(body);
  });
}
