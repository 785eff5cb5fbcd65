import { type Announcer, canAnnounce } from "./announcer.js";
import type { Backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import { type DefinedDiscovery, defineDiscovery } from "./define-discovery.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
import { DiscoveryError } from "./discovery-error.js";
import type { Random } from "./random.js";
import type { ServiceDiscovery } from "./service-discovery.js";

/** `Announcer` if one of the discoveries is known to be one. Where types do not tell, ask `canAnnounce`. */
export type AnnouncerIfAny<D> = [Extract<D, Announcer>] extends [never] ? unknown : Announcer;

/**
 * What a combinator makes of discoveries of type `D`. It owns them: disposing it disposes them.
 */
export type Combined<D extends ServiceDiscovery> = DefinedDiscovery &
  AnnouncerIfAny<D> & {
    /** What it is made of. */
    readonly sources: readonly ServiceDiscovery[];
  };

/** Where waiting combinators get their time and chance from. */
export interface WaitingOptions {
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
  /** How long to wait before opening a lost source again. Default: {@link supervise}'s. */
  readonly backoff?: Backoff;
}

/** The parts that all combinators share: sources, no time-outs beside the sources' own, and disposing. */
export function combine<D extends ServiceDiscovery>(
  sources: readonly D[],
  definition: Omit<DiscoveryDefinition, "timeoutMs" | "dispose">,
): Combined<D> {
  const combined = defineDiscovery({
    ...definition,
    timeoutMs: Number.POSITIVE_INFINITY,
    async dispose() {
      const outcomes = await Promise.allSettled(sources.map(async (source) => source[Symbol.asyncDispose]?.()));
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    },
  });
  return Object.assign(combined, { sources }) as unknown as Combined<D>;
}

/** The `announce` of a definition that hands on to a source, if that can. */
export function announceThrough(source: ServiceDiscovery): Pick<DiscoveryDefinition, "announce"> {
  if (!canAnnounce(source)) return {};
  return {
    async announce(self, request) {
      const announcement = await source.announce(self, request);
      return { instance: announcement.instance, withdraw: async () => announcement[Symbol.asyncDispose]() };
    },
  };
}

/** One error for several sources that all failed: the first one's code, worth retrying if one of them is. */
export function nothingWorks(name: string, errors: readonly DiscoveryError[]): DiscoveryError {
  const message = `${name}: none of the sources works: ${errors.map((error) => error.message).join(" | ")}`;
  return new DiscoveryError(errors[0]?.code ?? "UNAVAILABLE", message, {
    adapter: name,
    retryable: errors.some((error) => error.retryable),
    cause: new AggregateError(errors, message),
  });
}

/** Separates `f(a, b)` from `f([a, b], options)`. @throws DiscoveryError `INVALID_OPTION` when there is no source */
export function readSources<D extends ServiceDiscovery, O>(
  combinator: string,
  args: readonly D[] | readonly [readonly D[], O?],
): { name: string; sources: readonly D[]; options: Partial<O> } {
  const [first] = args;
  const [sources, options] = Array.isArray(first) ? [first as D[], args[1] as O | undefined] : [args as D[], undefined];
  if (sources.length === 0) {
    throw new DiscoveryError("INVALID_OPTION", `${combinator} needs at least one discovery.`, { adapter: combinator });
  }
  return { name: `${combinator}(${sources.map(({ name }) => name).join(", ")})`, sources, options: options ?? {} };
}
