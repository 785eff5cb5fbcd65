import { abortable, within } from "./abort.js";
import type { Announcer } from "./announcer.js";
import { announceWith } from "./announcing.js";
import { forEach } from "./async-iteration.js";
import { sleep, systemClock } from "./clock.js";
import { checkDefinition, type DiscoveryDefinition, type Listed } from "./discovery-definition.js";
import { ended, toDiscoveryError } from "./discovery-error.js";
import { type InstanceLike, normalizeListing } from "./listing.js";
import { systemRandom } from "./random.js";
import type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";
import { openSessions } from "./sessions.js";

/** What {@link defineDiscovery} makes. */
export type DefinedDiscovery = ServiceDiscovery & AsyncDisposable;

type Request = Required<DiscoveryRequest>;
type Normalize = (raw: Iterable<InstanceLike>) => Listing;

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
  const { pollMs, minPollMs, maxPollMs, timeoutMs } = checkDefinition(definition);
  const { name, clock = systemClock, random = systemRandom } = definition;
  const sessions = openSessions(name, clock);

  const answer = async (request: Request): Promise<Listed> => {
    if (definition.lookup) {
      const found = await definition.lookup(request);
      // What is neither a list nor has one goes on as it is, so that the error says what it was.
      return (found as Partial<Listed> | undefined)?.instances ? (found as Listed) : { instances: found as Listing };
    }
    let first: Listed | undefined;
    await forEach(subscribeTo(request), request.signal, (instances) => {
      first = { instances };
      return true;
    });
    if (!first) throw ended(name);
    return first;
  };
  // Called as a method, because the definition may be an object with state.
  const subscribeTo = (request: Request) => (definition as Required<DiscoveryDefinition>).subscribe(request);

  /** One question, within the time-out. Rejects with the reason when the signal aborts. */
  const ask = async ({ signal: parent, report = ignoreProblem }: DiscoveryRequest, normalize: Normalize) => {
    const { signal, close } = sessions.open(parent);
    try {
      const answering = answer({ signal, report });
      sessions.closing(answering);
      const answered = await within(abortable(answering, signal), timeoutMs, clock, name, "the lookup");
      return { ...answered, listing: normalize(answered.instances) };
    } catch (error) {
      throw signal.aborted ? signal.reason : toDiscoveryError(error, name);
    } finally {
      close();
    }
  };

  return {
    name,
    lookup: async (request = {}) => (await ask(request, normalizer(definition, request.report))).listing,
    subscribe({ signal: parent, report = ignoreProblem } = {}) {
      return sessions.subscription(parent, async (signal, emit) => {
        const normalize = normalizer(definition, report);
        try {
          if (definition.subscribe) {
            await forEach(subscribeTo({ signal, report }), signal, (raw) => emit(normalize(raw)));
          }
          while (!definition.subscribe && !signal.aborted) {
            const { listing, ttlMs = NaN } = await ask({ signal, report }, normalize);
            emit(listing);
            // A tenth of jitter keeps nodes that were started together from polling together.
            const untilPollMs =
              ttlMs >= 0 ? Math.min(maxPollMs, Math.max(minPollMs, ttlMs)) : pollMs * (1 - 0.1 * random());
            await sleep(clock, untilPollMs, signal);
          }
        } catch (error) {
          throw toDiscoveryError(error, name);
        }
        if (!signal.aborted) throw ended(name);
      });
    },
    ...(definition.announce && { announce: announceWith(definition, sessions, clock, timeoutMs) }),
    [Symbol.asyncDispose]: () =>
      sessions.dispose(() => within((async () => definition.dispose?.())(), timeoutMs, clock, name, "dispose")),
  };
}

/** Normalizes one session's listings. A record that stays malformed is reported once, not at every poll. */
function normalizer(definition: DiscoveryDefinition, report: DiscoveryRequest["report"]): Normalize {
  let known = new Set<string>();
  return (raw) => {
    const now = new Set<string>();
    const listing = normalizeListing(raw, {
      ...definition,
      report(problem) {
        now.add(problem.message);
        if (!known.has(problem.message)) report?.(problem);
      },
    });
    known = now;
    return listing;
  };
}

function ignoreProblem(): void {}
