import { forEach } from "./async-iteration.js";
import { after, type Clock, systemClock } from "./clock.js";
import { type Combined, derive } from "./combinator.js";
import { requireOption } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import { onAbort } from "./on-abort.js";
import type { ServiceDiscovery } from "./service-discovery.js";

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
  requireOption("debounce", "quietMs", quietMs >= 0, "at least 0");
  return derive(discovery, {
    clock,
    subscribe(request) {
      const channel = listingChannel(request.signal);
      let cancel = () => {};
      let flush = () => {};
      /** When what is held back has to be listed; undefined while nothing is. */
      let deadline: number | undefined;
      let first = true;
      onAbort(request.signal, () => cancel());
      const reading = forEach(discovery.subscribe(request), request.signal, (listing) => {
        cancel();
        flush = () => {
          cancel();
          deadline = undefined;
          channel.push(listing);
        };
        if (first) flush();
        else {
          const now = clock.now();
          deadline ??= now + maxWaitMs;
          cancel = after(clock, Math.min(quietMs, deadline - now), flush);
        }
        first = false;
      });
      reading.finally(() => flush()).then(channel.end, channel.fail);
      return channel;
    },
  });
}
