import { type Announcer, canAnnounce } from "./announcer.js";
import type { Backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import { type DefinedDiscovery, defineDiscovery } from "./define-discovery.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
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
    timeoutMs: Infinity,
    dispose: () => disposeAll(sources),
  });
  return Object.assign(combined, { sources }) as unknown as Combined<D>;
}

/** A combinator over one source: what the definition does not say is as the source does it, announcing included. */
export function derive<D extends ServiceDiscovery>(
  source: D,
  definition: Pick<DiscoveryDefinition, "subscribe" | "lookup" | "clock">,
): Combined<D> {
  const announcing: Pick<DiscoveryDefinition, "announce"> | false = canAnnounce(source) && {
    async announce(self, request) {
      const announcement = await source.announce(self, request);
      return { instance: announcement.instance, withdraw: () => disposeAll([announcement]) };
    },
  };
  return combine([source], {
    name: source.name,
    lookup: (request) => source.lookup(request),
    ...announcing,
    ...definition,
  });
}

/** Disposes all, whatever happens, then throws the first failure, if any. */
export async function disposeAll(owned: readonly Partial<AsyncDisposable>[]): Promise<void> {
  const disposals = owned.map(async (each) => each[Symbol.asyncDispose]?.());
  await Promise.allSettled(disposals);
  await Promise.all(disposals);
}
