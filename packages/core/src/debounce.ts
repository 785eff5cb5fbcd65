import { forEach } from "./async-iteration.js";
import { type Clock, systemClock, type Timer } from "./clock.js";
import { announceThrough, type Combined, combine } from "./combinator.js";
import { requireOption } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";

export interface DebounceOptions {
  /**
   * No change is held back longer than this, in milliseconds, however restless the source: otherwise one instance that
   * flaps would hide all the others. Default five times the quiet time.
   */
  readonly maxWaitMs?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
}

/**
 * Lists the first listing at once, and a change when the source has been quiet for `quietMs`. A source that fails or
 * ends has its last change listed first. Lookups are not held back; announces through.
 *
 * @throws DiscoveryError `INVALID_OPTION`
 */
export function debounce<D extends ServiceDiscovery>(
  discovery: D,
  quietMs: number,
  options: DebounceOptions = {},
): Combined<D> {
  const { clock = systemClock, maxWaitMs = 5 * quietMs } = options;
  requireOption(quietMs >= 0, "debounce", "quietMs", "a number of milliseconds, at least 0");
  requireOption(maxWaitMs >= quietMs, "debounce", "maxWaitMs", `at least quietMs (${quietMs})`);
  return combine([discovery], {
    name: discovery.name,
    clock,
    lookup: (request) => discovery.lookup(request),
    subscribe(request) {
      const channel = listingChannel(request.signal);
      let timer: Timer | undefined;
      let held: { readonly listing: Listing; readonly untilMs: number } | undefined;
      let first = true;
      const flush = () => {
        timer?.cancel();
        if (held) channel.push(held.listing);
        held = undefined;
      };
      request.signal.addEventListener("abort", () => timer?.cancel());
      forEach(discovery.subscribe(request), request.signal, (listing) => {
        timer?.cancel();
        if (first) channel.push(listing);
        else {
          const now = clock.now();
          held = { listing, untilMs: held?.untilMs ?? now + maxWaitMs };
          timer = clock.schedule(Math.min(quietMs, held.untilMs - now), flush);
        }
        first = false;
      }).then(
        () => {
          flush();
          channel.end();
        },
        (error) => {
          flush();
          channel.fail(error);
        },
      );
      return channel;
    },
    ...announceThrough(discovery),
  });
}
