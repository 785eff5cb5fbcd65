import { ConflatingChannel } from "./conflating-channel.js";
import { type InstanceLike, isIterable } from "./listing.js";

/** What {@link listingChannel} gives. Once it has ended or its signal aborted, calls do nothing. */
export interface ListingChannel extends AsyncIterableIterator<Iterable<InstanceLike>, undefined> {
  /** Replaces the listing that waits to be read. The list is copied, so it may be a live one. */
  push(listing: Iterable<InstanceLike>): void;
  /** Throws at the reader, after the listing that still waits. */
  fail(error: unknown): void;
  /** Ends the iteration, after the listing that still waits. */
  end(): void;
}

/**
 * For adapters whose client calls back: push listings in, return the channel from `subscribe`. It holds the newest
 * listing only, so a slow reader costs nothing, and ends when the signal aborts.
 */
export function listingChannel(signal?: AbortSignal): ListingChannel {
  const channel = new ConflatingChannel<Iterable<InstanceLike>>(Object.is, () => leave());
  const abort = () => {
    leave();
    channel.close();
  };
  const leave = () => signal?.removeEventListener("abort", abort);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort);

  const fail = (error: unknown) => {
    leave();
    channel.fail(error);
  };
  return {
    push(listing) {
      // What is not a list goes through as it is: whoever reads says so, rather than the client's event handler.
      try {
        const copy = isIterable(listing) && typeof listing !== "string" && !Object.isFrozen(listing);
        channel.push(copy ? [...listing] : listing);
      } catch (error) {
        fail(error);
      }
    },
    fail,
    end() {
      leave();
      channel.end();
    },
    next: () => channel.next(),
    return: () => channel.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
