import { allFailed } from "./all-failed.js";
import { announceEverywhere } from "./announce-everywhere.js";
import { forEach, ignore } from "./async-iteration.js";
import { systemClock } from "./clock.js";
import type { WaitingOptions } from "./combinator.js";
import type { SessionRequest } from "./discovery-definition.js";
import { type DiscoveryError, requireOption } from "./discovery-error.js";
import { onAbort } from "./on-abort.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { type SupervisedDiscovery, supervise } from "./supervise.js";
import type { Supervised, SupervisionStatus } from "./supervision-status.js";

/**
 * Supervises the sources of a combinator that was called as `f(a, b)` or as `f([a, b], options)`.
 *
 * @throws DiscoveryError `INVALID_OPTION` when there is no source
 */
export function superviseAll<O extends WaitingOptions>(
  combinator: string,
  args: readonly ServiceDiscovery[] | readonly [readonly ServiceDiscovery[], O],
) {
  const [given, options] = (Array.isArray(args[0]) ? args : [args, {}]) as readonly [
    readonly ServiceDiscovery[],
    WaitingOptions & Omit<Partial<O>, keyof WaitingOptions>,
  ];
  requireOption(combinator, "its first argument", given.length > 0, "a discovery");
  const sources = given.map((source) => supervise(source, options));
  const name = `${combinator}(${sources.map((source) => source.name).join(", ")})`;
  const { clock = systemClock } = options;
  return { sources, options, base: { name, clock, ...announceEverywhere(name, sources, options) } };
}

/**
 * Subscribes to a supervised source and hears of its status, now and after each change, until the signal aborts.
 * Listings are taken from the status: a source that recovered may have nothing new to list, only to be live again.
 */
export function follow(
  source: SupervisedDiscovery,
  request: SessionRequest,
  hear: (status: SupervisionStatus) => void,
): void {
  const { signal } = request;
  onAbort(signal, source.watchStatus(hear));
  void ignore(forEach(source.subscribe(request), signal, () => {}));
  hear(source.status);
}

/** Why no source works, if none does. */
export function allDown(name: string, sources: readonly Supervised[]): DiscoveryError | undefined {
  const errors = sources.map(({ status }) => (status.failures > 0 ? status.lastError : undefined));
  return errors.every((error) => error !== undefined) ? allFailed(name, errors) : undefined;
}
