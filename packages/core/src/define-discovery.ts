import { abortable, within } from "./abort.js";
import type { Announcer } from "./announcer.js";
import { announceWith } from "./announcing.js";
import { firstOf, forEach } from "./async-iteration.js";
import { sleep, systemClock } from "./clock.js";
import { checkDefinition, DISCOVERY_DEFAULTS, type DiscoveryDefinition, type Listed } from "./discovery-definition.js";
import { DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { type InstanceLike, isIterable, normalizeListing } from "./listing.js";
import { systemRandom } from "./random.js";
import type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";
import { Sessions } from "./sessions.js";

/** What {@link defineDiscovery} makes. */
export type DefinedDiscovery = ServiceDiscovery & AsyncDisposable;

type Answer = { readonly listing: Listing; readonly ttlMs: number | undefined };

/**
 * Makes a whole discovery from one method, `lookup` or `subscribe`, and an announcer too when `announce` is given.
 *
 * What the definition returns is normalized ({@link normalizeListing}), what it throws is wrapped as a
 * `DiscoveryError`, time-outs and polling are added, unchanged sets are suppressed, and a slow consumer gets the newest
 * listing. Abort, `break` and dispose take effect at once for the caller, even while the definition is stuck; dispose
 * then waits a quarter of a second for sessions to stop, and `timeoutMs` for withdrawals.
 *
 * @throws DiscoveryError `INVALID_OPTION` naming the field
 */
export function defineDiscovery(
  definition: DiscoveryDefinition & Required<Pick<DiscoveryDefinition, "announce">>,
): DefinedDiscovery & Announcer;
export function defineDiscovery(definition: DiscoveryDefinition): DefinedDiscovery;
export function defineDiscovery(definition: DiscoveryDefinition): DefinedDiscovery & Partial<Announcer> {
  checkDefinition(definition);
  const { name, clock = systemClock, random = systemRandom } = definition;
  const timeoutMs = definition.timeoutMs ?? DISCOVERY_DEFAULTS.timeoutMs;
  const sessions = new Sessions(name, clock);
  let disposed: Promise<void> | undefined;

  const timedOut = (what: string) =>
    new DiscoveryError("TIMED_OUT", `${name}: ${what} took longer than ${timeoutMs} ms.`, { adapter: name });

  /** One question, within the time-out. Rejects with the reason when the signal aborts. */
  const ask = async (request: DiscoveryRequest, normalize: Normalize): Promise<Answer> => {
    const session = sessions.open(request.signal);
    const { signal } = session;
    const timer =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : clock.schedule(timeoutMs, () => session.close(timedOut("the lookup")));
    const answering = answer({ signal, report: request.report ?? ignoreProblem }, normalize);
    sessions.stopping(answering);
    try {
      return await abortable(answering, signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : toDiscoveryError(error, name);
    } finally {
      timer?.cancel();
      session.close();
    }
  };

  const answer = async (request: Required<DiscoveryRequest>, normalize: Normalize): Promise<Answer> => {
    if (definition.lookup) {
      const found = await definition.lookup(request);
      const { instances, ttlMs } = isListed(found) ? found : { instances: found, ttlMs: undefined };
      return { listing: normalize(instances), ttlMs };
    }
    const first = await firstOf(subscribeTo(request), request.signal);
    if (first === undefined) throw ended();
    return { listing: normalize(first), ttlMs: undefined };
  };

  const subscribeTo = (request: Required<DiscoveryRequest>) =>
    // Called through the definition, which may be an object with state.
    (definition as Required<DiscoveryDefinition>).subscribe(request);

  const ended = () =>
    new DiscoveryError("ENDED", `${name}: the subscription ended although nobody asked it to.`, { adapter: name });

  const poll = async (request: Required<DiscoveryRequest>, normalize: Normalize, emit: (listing: Listing) => void) => {
    const { pollMs, minPollMs, maxPollMs } = { ...DISCOVERY_DEFAULTS, ...definedOnly(definition) };
    while (!request.signal.aborted) {
      const { listing, ttlMs } = await ask(request, normalize);
      emit(listing);
      const usable = typeof ttlMs === "number" && !Number.isNaN(ttlMs);
      const delayMs = usable ? Math.min(maxPollMs, Math.max(minPollMs, ttlMs)) : pollMs * (1 - 0.1 * random());
      await sleep(clock, delayMs, request.signal);
    }
  };

  const discovery: DefinedDiscovery & Partial<Announcer> = {
    name,
    async lookup(request = {}) {
      request.signal?.throwIfAborted();
      const { listing } = await ask(request, normalizer(definition, request.report));
      return listing;
    },
    subscribe(request = {}) {
      const report = request.report ?? ignoreProblem;
      return sessions.subscription(request.signal, async (signal, emit) => {
        const normalize = normalizer(definition, report);
        try {
          if (!definition.subscribe) return await poll({ signal, report }, normalize, emit);
          await forEach(subscribeTo({ signal, report }), signal, (raw) => emit(normalize(raw)));
        } catch (error) {
          throw toDiscoveryError(error, name);
        }
        if (!signal.aborted) throw ended();
      });
    },
    [Symbol.asyncDispose]() {
      disposed ??= sessions
        .dispose()
        .then(async () => {
          const closing = Promise.resolve(definition.dispose?.());
          await within(closing, timeoutMs, clock, () => timedOut("dispose"));
        })
        .catch((error) => {
          throw toDiscoveryError(error, name);
        });
      return disposed;
    },
  };
  if (definition.announce) {
    discovery.announce = announceWith({ definition, sessions, clock, timeoutMs, timedOut });
  }
  return discovery;
}

type Normalize = (raw: Iterable<InstanceLike>) => Listing;

/** Normalizes one session's listings. A record that stays malformed is reported once, not at every poll. */
function normalizer({ name, defaultPort }: DiscoveryDefinition, report: DiscoveryRequest["report"]): Normalize {
  let known = new Set<string>();
  return (raw) => {
    const now = new Set<string>();
    const listing = normalizeListing(raw, {
      name,
      ...(defaultPort === undefined ? {} : { defaultPort }),
      report(problem) {
        now.add(problem.message);
        if (!known.has(problem.message)) report?.(problem);
      },
    });
    known = now;
    return listing;
  };
}

function isListed(found: Iterable<InstanceLike> | Listed): found is Listed {
  return !isIterable(found) && typeof found === "object" && found !== null && "instances" in found;
}

function definedOnly<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function ignoreProblem(): void {}
