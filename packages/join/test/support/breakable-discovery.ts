import {
  type DiscoveryRequest,
  type InMemoryDiscovery,
  type InstanceLike,
  inMemoryDiscovery,
  type Listing,
  type ServiceDiscovery,
} from "@rollcall/core";

/** An in-memory discovery that can also be away for a while. */
export class BreakableDiscovery implements ServiceDiscovery {
  readonly name: string;
  readonly #inner: InMemoryDiscovery;
  #trouble: Error | undefined;

  constructor(name = "memory(test)") {
    this.name = name;
    this.#inner = inMemoryDiscovery([], { name });
  }

  lookup(request?: DiscoveryRequest): Promise<Listing> {
    return this.#inner.lookup(request);
  }

  async *subscribe(request?: DiscoveryRequest): AsyncIterable<Listing> {
    if (this.#trouble) throw this.#trouble;
    yield* this.#inner.subscribe(request);
  }

  get subscribers(): number {
    return this.#inner.subscribers;
  }

  set(instances: Iterable<InstanceLike>): void {
    this.#inner.set(instances);
  }

  /** Breaks the session; another one can be opened. */
  fail(error?: Error): void {
    this.#inner.fail(error);
  }

  end(): void {
    this.#inner.end();
  }

  /** Breaks the session and every other one from now on. */
  outage(error = new Error("the registry is away")): void {
    this.#trouble = error;
    this.#inner.fail(error);
  }

  recover(): void {
    this.#trouble = undefined;
  }
}
