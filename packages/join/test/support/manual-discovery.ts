import { type DiscoveryRequest, type Listing, listingChannel, type ServiceDiscovery } from "@rollcall/core";

/** A mechanism with one session at a time, which a test feeds, breaks and ends. */
export class ManualDiscovery implements ServiceDiscovery {
  readonly name = "manual";
  #session: ReturnType<typeof listingChannel> | undefined;
  #listing: Listing = [];

  get open(): boolean {
    return this.#session !== undefined;
  }

  async lookup(): Promise<Listing> {
    return this.#listing;
  }

  subscribe({ signal = new AbortController().signal }: DiscoveryRequest = {}): AsyncIterable<Listing> {
    const session = listingChannel(signal);
    this.#session = session;
    signal.addEventListener("abort", () => {
      if (this.#session === session) this.#session = undefined;
    });
    session.push(this.#listing);
    return session as AsyncIterable<Listing>;
  }

  list(listing: Listing): void {
    this.#listing = listing;
    this.#session?.push(listing);
  }

  fail(error: Error): void {
    this.#session?.fail(error);
    this.#session = undefined;
  }

  end(): void {
    this.#session?.end();
    this.#session = undefined;
  }
}
