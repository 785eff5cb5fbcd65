import type { ServiceInstance } from "@rollcall/core";

interface Entry {
  readonly Service: { readonly ID: string; readonly Address: string; readonly Port: number };
  readonly Checks: readonly { readonly Status: string }[];
}

/** Another program that registers instances of a service: plain HTTP, nothing of the adapter's. */
export class RawConsul {
  readonly #url: string;
  readonly #service: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, service: string, token?: string) {
    this.#url = url;
    this.#service = service;
    this.#headers = token === undefined ? {} : { "x-consul-token": token };
  }

  /** Resolves once the servers list it. */
  async register(
    id: string,
    { host, port, id: own, metadata = {} }: ServiceInstance,
    more: object = {},
  ): Promise<void> {
    const meta = { ...metadata, ...(own === undefined ? {} : { "rollcall-id": own }) };
    const body = { ID: id, Name: this.#service, Address: host, Port: port, Meta: meta, ...more };
    await this.put("agent/service/register", body);
    const said = JSON.stringify(sorted(meta));
    await this.until((entries) =>
      entries.some(({ Service }) => Service.ID === id && JSON.stringify(sorted(Object(Object(Service).Meta))) === said),
    );
  }

  /** Resolves once the servers do not list it. */
  async deregister(id: string): Promise<void> {
    await this.put(`agent/service/deregister/${encodeURIComponent(id)}`);
    await this.until((entries) => !entries.some(({ Service }) => Service.ID === id));
  }

  /** Takes out everything that is left of the service on this agent. */
  async clear(): Promise<void> {
    for (const { Service } of await this.entries()) {
      await this.put(`agent/service/deregister/${encodeURIComponent(Service.ID)}`).catch(() => {});
    }
  }

  async entries(): Promise<readonly Entry[]> {
    return (await this.#fetch("GET", `health/service/${this.#service}`)) as Entry[];
  }

  async until(holds: (entries: readonly Entry[]) => boolean, withinMs = 20_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (let entries = await this.entries(); !holds(entries); entries = await this.entries()) {
      if (performance.now() > deadline) throw new Error(`it has not come about; listed: ${JSON.stringify(entries)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async put(path: string, body?: object): Promise<unknown> {
    return this.#fetch("PUT", path, body);
  }

  async #fetch(method: string, path: string, body?: object): Promise<unknown> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.#url}/v1/${path}`, { method, headers: this.#headers, ...json });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

function sorted(meta: object): [string, unknown][] {
  return Object.entries(meta).sort();
}
