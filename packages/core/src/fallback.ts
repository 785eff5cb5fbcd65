import { openScope } from "./abort.js";
import { allFailed } from "./all-failed.js";
import { after } from "./clock.js";
import { type Combined, combine, type WaitingOptions } from "./combinator.js";
import { type DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import { onAbort } from "./on-abort.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { allDown, follow, superviseAll } from "./supervised-sources.js";

export interface FallbackOptions extends WaitingOptions {
  /**
   * How long a source may take for its first listing before the next one is opened as well, in milliseconds.
   * Default 3000.
   */
  readonly patienceMs?: number;
}

/**
 * The listing of the first discovery that works, in the order given. An empty listing works; failing does not.
 *
 * The next source is opened when one fails or takes longer than `patienceMs`, and closed when one before it works
 * (again). Until another source lists something, the last listing stays. Only if all fail before any has listed
 * something does the subscription throw. `lookup` asks one after the other; failures on the way are reported. Announces
 * in every source that can, since nobody knows which one the others will read, and keeps trying those that refuse.
 *
 * @throws DiscoveryError `INVALID_OPTION` when given no source
 */
export function fallback<S extends readonly ServiceDiscovery[]>(...discoveries: S): Combined<S[number]>;
export function fallback<const S extends readonly ServiceDiscovery[]>(
  discoveries: S,
  options: FallbackOptions,
): Combined<S[number]>;
export function fallback(
  ...args: readonly ServiceDiscovery[] | readonly [readonly ServiceDiscovery[], FallbackOptions]
): Combined<ServiceDiscovery> {
  const { sources, options, base } = superviseAll<FallbackOptions>("fallback", args);
  const { patienceMs = 3_000 } = options;

  return combine(sources, {
    ...base,
    async lookup(request) {
      const errors: DiscoveryError[] = [];
      for (const source of sources) {
        try {
          const listing = await source.lookup(request);
          for (const error of errors) request.report(error);
          return listing;
        } catch (error) {
          errors.push(toDiscoveryError(error, source.name));
        }
      }
      throw allFailed(base.name, errors);
    },
    subscribe({ signal: parent, report }) {
      const channel = listingChannel(parent);
      /** What ends the use of each source in use, from the preferred one on. */
      const opened: (() => void)[] = [];
      let listed = false;
      const open = (index: number) => {
        const source = sources[index];
        if (!source || opened[index]) return;
        const { signal, close } = openScope(parent);
        opened[index] = close;
        const stopWaiting = after(base.clock, patienceMs, () => open(index + 1));
        onAbort(signal, stopWaiting);
        follow(source, { signal, report }, ({ state, listing = [] }) => {
          if (state === "live") {
            stopWaiting();
            for (const closeWorse of opened.splice(index + 1)) closeWorse();
            listed = true;
            channel.push(listing);
          } else if (state === "retrying") {
            open(index + 1);
            const failed = allDown(base.name, sources);
            if (failed && !listed) channel.fail(failed);
          }
        });
      };
      open(0);
      return channel;
    },
  });
}
