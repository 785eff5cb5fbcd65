/** What is sent to register a service, as far as the stand-in knows it. */
interface Registration {
  readonly Name: string;
  readonly ID?: string;
  readonly Address?: string;
  readonly Port?: number;
  readonly Tags?: readonly string[];
  readonly Meta?: Readonly<Record<string, string>>;
  readonly Check?: { readonly CheckID?: string; readonly TTL?: string; readonly Status?: string };
}

interface Registered {
  readonly service: Registration & { readonly ID: string };
  status: "critical" | "passing";
  ttl?: NodeJS.Timeout;
}

export interface HealthFilter {
  readonly id: string | undefined;
  readonly tags: readonly string[];
  readonly passing: boolean;
}

/** What an agent and its servers know, with Consul's words for what they refuse. */
export class StandInCatalog {
  readonly #registered = new Map<string, Registered>();
  readonly #indexes = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #index = 10;
  #isReversed = false;

  /** Of the last change that concerns a service; of any for one that never was. */
  index(service: string): number {
    return this.#indexes.get(service) ?? this.#index;
  }

  /** Called after each change. Returns what stops that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  register(given: Registration): { status?: number; body?: string } {
    const { Name: name, ID: id = name, Address: address = "", Meta: meta = {}, Check: check } = given;
    if (address === "0.0.0.0" || address === "::") return { status: 400, body: "Invalid service address" };
    const badKey = Object.keys(meta).find((key) => !/^[\w-]+$/.test(key));
    if (badKey !== undefined) return { status: 400, body: "Invalid Service Meta: Key contains invalid characters" };
    clearTimeout(this.#registered.get(id)?.ttl);
    const status = check === undefined || check.Status === "passing" ? "passing" : "critical";
    this.#registered.set(id, { service: { ...given, ID: id }, status });
    this.#renew(id);
    this.#changed(name);
    return {};
  }

  deregister(id: string): { status?: number; body?: string } {
    const registered = this.#registered.get(id);
    if (registered === undefined) return { status: 404, body: `Unknown service ID ${JSON.stringify(id)}.` };
    clearTimeout(registered.ttl);
    this.#registered.delete(id);
    this.#changed(registered.service.Name);
    return {};
  }

  pass(checkId: string): { status?: number; body?: string } {
    const [id, registered] = [...this.#registered].find(([, { service }]) => service.Check?.CheckID === checkId) ?? [];
    if (id === undefined || registered === undefined) {
      return { status: 404, body: `Unknown check ID ${JSON.stringify(checkId)}.` };
    }
    if (registered.status !== "passing") {
      registered.status = "passing";
      this.#changed(registered.service.Name);
    }
    this.#renew(id);
    return {};
  }

  /** The agent's services, by id. */
  services(id: string | undefined): Record<string, unknown> {
    const chosen = [...this.#registered].filter(([key]) => id === undefined || key === id);
    return Object.fromEntries(chosen.map(([key, { service }]) => [key, service]));
  }

  health(name: string, { id, tags, passing }: HealthFilter): unknown[] {
    const entries = [...this.#registered.values()]
      .filter(({ service }) => service.Name === name && (id === undefined || service.ID === id))
      .filter(
        ({ service, status }) => tags.every((tag) => service.Tags?.includes(tag)) && (!passing || status === "passing"),
      )
      .map(({ service: { Check: _, Name: Service, ...service }, status }) => ({
        Node: { Node: "stand-in", Address: "127.0.0.1" },
        Service: { Address: "", Port: 0, Meta: null, Tags: [], ...service, Service },
        Checks: [{ Status: status }],
      }));
    return this.#isReversed ? entries.reverse() : entries;
  }

  /** Answers in the other order from now on. */
  reverse(): void {
    this.#isReversed = !this.#isReversed;
    this.#index++;
    for (const name of this.#indexes.keys()) this.#indexes.set(name, this.#index);
    for (const listener of [...this.#listeners]) listener();
  }

  /** An agent that was restarted without its data. */
  clear(): void {
    for (const id of [...this.#registered.keys()]) this.deregister(id);
  }

  dispose(): void {
    for (const { ttl } of this.#registered.values()) clearTimeout(ttl);
  }

  #renew(id: string): void {
    const registered = this.#registered.get(id);
    const ttlMs = Number.parseFloat(registered?.service.Check?.TTL ?? "");
    if (registered === undefined || Number.isNaN(ttlMs)) return;
    clearTimeout(registered.ttl);
    registered.ttl = setTimeout(() => {
      registered.status = "critical";
      this.#changed(registered.service.Name);
    }, ttlMs);
  }

  #changed(name: string): void {
    this.#indexes.set(name, ++this.#index);
    for (const listener of [...this.#listeners]) listener();
  }
}
