import { openScope, type Scope } from "./abort.js";
import { announceEverywhere } from "./announce-everywhere.js";
import { forEach, ignore } from "./async-iteration.js";
import { systemClock, type Timer } from "./clock.js";
import { type Combined, combine, nothingWorks, readSources, type WaitingOptions } from "./combinator.js";
import { type DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { supervise } from "./supervise.js";
import type { SupervisionStatus } from "./supervision-status.js";

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
export function fallback<D extends ServiceDiscovery>(...discoveries: readonly D[]): Combined<D>;
export function fallback<D extends ServiceDiscovery>(discoveries: readonly D[], options: FallbackOptions): Combined<D>;
export function fallback<D extends ServiceDiscovery>(
  ...args: readonly D[] | readonly [readonly D[], FallbackOptions]
): Combined<D> {
  const { name, sources, options } = readSources<D, FallbackOptions>("fallback", args);
  const { clock = systemClock, patienceMs = 3_000 } = options;
  const supervised = sources.map((source) => supervise<ServiceDiscovery>(source, options));

  return combine(supervised, {
    name,
    clock,
    async lookup(request) {
      const errors: DiscoveryError[] = [];
      for (const source of supervised) {
        try {
          const listing = await source.lookup(request);
          for (const error of errors) request.report(error);
          return listing;
        } catch (error) {
          request.signal.throwIfAborted();
          errors.push(toDiscoveryError(error, source.name));
        }
      }
      throw nothingWorks(name, errors);
    },
    subscribe(request) {
      const channel = listingChannel(request.signal);
      /** The sources in use, from the preferred one on. */
      const opened: { readonly scope: Scope; readonly patience: Timer }[] = [];
      let listed = false;

      const openNextTo = (index: number) => {
        if (index !== opened.length - 1) return;
        const source = supervised[index + 1];
        if (source) {
          const scope = openScope(request.signal);
          const patience = clock.schedule(patienceMs, () => openNextTo(index + 1));
          opened.push({ scope, patience });
          const stopWatching = source.watchStatus((status) => follow(index + 1, status));
          scope.signal.addEventListener("abort", () => {
            patience.cancel();
            stopWatching();
          });
          // Listings are taken from the status: a recovered source may have nothing new to say, only to be live again.
          void ignore(forEach(source.subscribe({ ...request, signal: scope.signal }), scope.signal, () => {}));
          follow(index + 1, source.status);
        } else if (!listed && supervised.every(({ status }) => status.failures > 0)) {
          channel.fail(
            nothingWorks(
              name,
              supervised.map(({ status }) => status.lastError as DiscoveryError),
            ),
          );
        }
      };
      const follow = (index: number, status: SupervisionStatus) => {
        if (status.state === "live" && status.listing) {
          opened[index]?.patience.cancel();
          for (const { scope } of opened.splice(index + 1)) scope.close();
          listed = true;
          channel.push(status.listing);
        } else if (status.state === "retrying") openNextTo(index);
      };
      openNextTo(-1);
      return channel;
    },
    ...announceEverywhere(name, sources, options),
  }) as unknown as Combined<D>;
}
