import { formatEndpoint, type Listing } from "../../src/index.js";

/** Reads an iteration to its end in the background and remembers what it saw. */
export class Consumer {
  /** Each listing as sorted `host:port` texts. */
  readonly seen: string[][] = [];
  readonly listings: Listing[] = [];
  state: "reading" | "ended" | "failed" = "reading";
  error: unknown;
  readonly done: Promise<void>;

  constructor(source: AsyncIterable<Listing>) {
    this.done = this.#read(source);
  }

  get last(): string[] | undefined {
    return this.seen.at(-1);
  }

  async #read(source: AsyncIterable<Listing>): Promise<void> {
    try {
      for await (const listing of source) {
        this.listings.push(listing);
        this.seen.push(endpoints(listing));
      }
      this.state = "ended";
    } catch (error) {
      this.error = error;
      this.state = "failed";
    }
  }
}

export function endpoints(listing: Listing): string[] {
  return listing.map(formatEndpoint).sort();
}
