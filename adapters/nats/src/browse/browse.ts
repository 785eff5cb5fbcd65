import { type InstanceLike, listingChannel, type SessionRequest } from "@rollcall/core";
import type { Setup } from "../setup.js";
import type { Lease } from "../wire/messages.js";
import { Browser } from "./browser.js";

/**
 * What the last session knew when it was lost, for the next one. An outage takes everybody's connection at once, and
 * the announcers come back when they come back: without this, the next session would find those alone who were faster.
 */
export interface Recollection {
  leases: readonly Lease[];
}

/** One session with a connection of its own. Throws when that is lost, or when the server refuses what it needs. */
export async function* browse(
  setup: Setup,
  { signal, report }: SessionRequest,
  recollection: Recollection,
): AsyncGenerator<Iterable<InstanceLike>, void, undefined> {
  if (signal.aborted) return;
  const channel = listingChannel(signal);
  const browser = new Browser({
    ...{ setup, report, remembered: recollection.leases },
    onListing: (instances) => channel.push(instances),
    onTrouble: (error) => {
      recollection.leases = browser.leases;
      channel.fail(error);
    },
  });
  recollection.leases = [];
  const stop = () => browser.stop();
  signal.addEventListener("abort", stop);
  try {
    void browser.start(signal);
    yield* channel;
  } finally {
    signal.removeEventListener("abort", stop);
    await browser.stop();
  }
}
