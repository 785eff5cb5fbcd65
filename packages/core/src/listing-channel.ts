import { conflatingChannel } from "./conflating-channel.js";
import { type InstanceLike, isList } from "./listing.js";
import { onAbort } from "./on-abort.js";

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
  let leave = () => {};
  const channel = conflatingChannel<Iterable<InstanceLike>>(Object.is, () => leave());
  if (signal) leave = onAbort(signal, channel.close);
  return {
    ...channel,
    push(listing) {
      // What is not a list goes through as it is: whoever reads says so, rather than the client's event handler.
      channel.push(isList(listing) && !Object.isFrozen(listing) ? [...listing] : listing);
    },
  };
}
