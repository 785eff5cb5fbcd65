import { announceEverywhere } from "./announce-everywhere.js";
import { forEach, ignore } from "./async-iteration.js";
import { systemClock } from "./clock.js";
import { type Combined, combine, nothingWorks, readSources, type WaitingOptions } from "./combinator.js";
import { type DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";
import { supervise } from "./supervise.js";

export interface MergeOptions extends WaitingOptions {
  /**
   * How long the first listing waits for sources that have neither listed nor failed, in milliseconds. Longer makes
   * the first listing more complete, shorter makes it sooner. Default 1000.
   */
  readonly settleMs?: number;
}

/**
 * The union of several discoveries, each supervised on its own: one that fails keeps its last listing in the union and
 * is opened again.
 *
 * The first listing comes when every source has listed something or failed once, or after `settleMs` if one has listed
 * something by then; so a dead source holds nobody up. Only if all fail before any has listed something does the
 * subscription throw. `lookup` asks all and succeeds if one does; the others' failures are reported. Announces in every
 * source that can, and keeps trying those that refuse as long as one accepts.
 *
 * @throws DiscoveryError `INVALID_OPTION` when given no source
 */
export function merge<D extends ServiceDiscovery>(...discoveries: readonly D[]): Combined<D>;
export function merge<D extends ServiceDiscovery>(discoveries: readonly D[], options: MergeOptions): Combined<D>;
export function merge<D extends ServiceDiscovery>(
  ...args: readonly D[] | readonly [readonly D[], MergeOptions]
): Combined<D> {
  const { name, sources, options } = readSources<D, MergeOptions>("merge", args);
  const { clock = systemClock, settleMs = 1_000 } = options;
  const supervised = sources.map((source) => supervise<ServiceDiscovery>(source, options));

  return combine(supervised, {
    name,
    clock,
    async lookup(request) {
      const errors: DiscoveryError[] = [];
      const found = await Promise.all(
        supervised.map((source) =>
          source.lookup(request).catch((error) => {
            errors.push(toDiscoveryError(error, source.name));
            return [];
          }),
        ),
      );
      if (errors.length === sources.length) throw nothingWorks(name, errors);
      for (const error of errors) request.report(error);
      return found.flat();
    },
    subscribe(request) {
      const { signal } = request;
      const channel = listingChannel(signal);
      const listings = new Map<ServiceDiscovery, Listing>();
      let settled = false;
      const update = () => {
        const open = supervised.filter((source) => !listings.has(source) && source.status.failures === 0);
        if (open.length > 0 && !settled) return;
        if (listings.size > 0) {
          settled = true;
          channel.push([...listings.values()].flat());
        } else if (open.length === 0) {
          channel.fail(
            nothingWorks(
              name,
              supervised.map(({ status }) => status.lastError as DiscoveryError),
            ),
          );
        }
      };
      for (const source of supervised) {
        signal.addEventListener("abort", source.watchStatus(update));
        const reading = forEach(source.subscribe(request), signal, (listing) => {
          listings.set(source, listing);
          update();
        });
        void ignore(reading);
      }
      const settling = clock.schedule(settleMs, () => {
        settled = true;
        update();
      });
      signal.addEventListener("abort", () => settling.cancel());
      return channel;
    },
    ...announceEverywhere(name, sources, options),
  }) as unknown as Combined<D>;
}
