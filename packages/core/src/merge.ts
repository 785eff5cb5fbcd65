import { allFailed } from "./all-failed.js";
import { after } from "./clock.js";
import { type Combined, combine, type WaitingOptions } from "./combinator.js";
import { isDiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { listingChannel } from "./listing-channel.js";
import { onAbort } from "./on-abort.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { allDown, follow, superviseAll } from "./supervised-sources.js";

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
export function merge<S extends readonly ServiceDiscovery[]>(...discoveries: S): Combined<S[number]>;
export function merge<const S extends readonly ServiceDiscovery[]>(
  discoveries: S,
  options: MergeOptions,
): Combined<S[number]>;
export function merge(
  ...args: readonly ServiceDiscovery[] | readonly [readonly ServiceDiscovery[], MergeOptions]
): Combined<ServiceDiscovery> {
  const { sources, options, base } = superviseAll<MergeOptions>("merge", args);
  const { settleMs = 1_000 } = options;

  return combine(sources, {
    ...base,
    async lookup(request) {
      const answers = await Promise.all(
        sources.map((source) => source.lookup(request).catch((error) => toDiscoveryError(error, source.name))),
      );
      const errors = answers.filter(isDiscoveryError);
      if (errors.length === sources.length) throw allFailed(base.name, errors);
      for (const error of errors) request.report(error);
      return answers.flatMap((answer) => (isDiscoveryError(answer) ? [] : answer));
    },
    subscribe(request) {
      const channel = listingChannel(request.signal);
      let settled = false;
      const update = () => {
        const statuses = sources.map(({ status }) => status);
        settled ||= statuses.every(({ state, failures }) => state === "live" || failures > 0);
        if (!settled) return;
        const listings = statuses.flatMap(({ listing }) => (listing ? [listing] : []));
        const failed = allDown(base.name, sources);
        if (listings.length > 0) channel.push(listings.flat());
        else if (failed) channel.fail(failed);
      };
      const stopWaiting = after(base.clock, settleMs, () => {
        settled = true;
        update();
      });
      onAbort(request.signal, stopWaiting);
      for (const source of sources) follow(source, request, update);
      return channel;
    },
  });
}
