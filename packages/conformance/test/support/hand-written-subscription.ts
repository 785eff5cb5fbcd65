import type { DiscoveryRequest, Listing } from "@rollcall/core";
import type { HandWrittenDiscovery } from "./hand-written.js";

type Reader = {
  readonly resolve: (result: IteratorResult<Listing>) => void;
  readonly reject: (error: unknown) => void;
};

/** One session of a {@link HandWrittenDiscovery}: reads after each change, and holds the newest unread listing. */
export class HandWrittenSubscription implements AsyncIterableIterator<Listing> {
  readonly discovery: HandWrittenDiscovery;
  readonly request: DiscoveryRequest;
  readonly #stop = new AbortController();
  readonly #readers: Reader[] = [];
  #unread: Listing | undefined;
  #yielded: Listing | undefined;
  #error: { readonly thrown: unknown } | undefined;
  #begun = false;
  #ended = false;
  #reading = false;
  #again = false;
  #unwatch = () => {};

  constructor(discovery: HandWrittenDiscovery, request: DiscoveryRequest) {
    this.discovery = discovery;
    this.request = request;
  }

  next(): Promise<IteratorResult<Listing>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      if (!this.#begun) this.#begin();
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<Listing>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  end = (): void => {
    this.#unread = undefined;
    this.#error = undefined;
    this.#finish();
  };

  #begin(): void {
    this.#begun = true;
    const { ending } = this.discovery;
    if (this.request.signal?.aborted) this.end();
    if (ending.signal.aborted) this.#fail(this.discovery.disposedError());
    if (this.#ended) return;
    this.request.signal?.addEventListener("abort", this.end);
    ending.signal.addEventListener("abort", this.end);
    this.#unwatch = this.discovery.registry.watch({
      changed: () => void this.#refresh(),
      cut: (error) => this.#fail(this.discovery.wrap(error)),
    });
    void this.#refresh();
  }

  /** Reads the registry; a change that comes meanwhile makes it read once more. */
  async #refresh(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#again && !this.#ended) {
        this.#again = false;
        const texts = await this.discovery.registry.read(this.#stop.signal);
        if (!this.#ended) this.#unread = this.discovery.parse(texts, this.request.report);
        this.#serve();
      }
    } catch (error) {
      this.#fail(this.discovery.wrap(error));
    } finally {
      this.#reading = false;
    }
  }

  #fail(thrown: unknown): void {
    if (this.#ended) return;
    this.#error = { thrown };
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    this.#unwatch();
    this.#stop.abort();
    this.request.signal?.removeEventListener("abort", this.end);
    this.discovery.ending.signal.removeEventListener("abort", this.end);
    this.#serve();
  }

  #serve(): void {
    if (this.#unread && this.#yielded && this.discovery.same(this.#unread, this.#yielded)) this.#unread = undefined;
    for (;;) {
      const [reader] = this.#readers;
      if (!reader || !(this.#unread || this.#ended)) return;
      this.#readers.shift();
      if (this.#unread) {
        const value = this.#unread;
        this.#yielded = value;
        this.#unread = undefined;
        reader.resolve({ done: false, value });
      } else if (this.#error) {
        const { thrown } = this.#error;
        this.#error = undefined;
        reader.reject(thrown);
      } else reader.resolve({ done: true, value: undefined });
    }
  }
}
