import { abortable, openScope, type Scope } from "./abort.js";
import { forEach } from "./async-iteration.js";
import { type Backoff, exponentialBackoff } from "./backoff.js";
import { after, type Clock, sleep, systemClock } from "./clock.js";
import { type Combined, derive, type WaitingOptions } from "./combinator.js";
import type { SessionRequest } from "./discovery-definition.js";
import { type DiscoveryError, ended, timedOut, toDiscoveryError } from "./discovery-error.js";
import { normalizeListing } from "./listing.js";
import { type ListingChannel, listingChannel } from "./listing-channel.js";
import { onAbort } from "./on-abort.js";
import { systemRandom } from "./random.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import type { Listing } from "./service-instance.js";
import { isSupervised, type Supervised, type SupervisionStatus } from "./supervision-status.js";

export interface SuperviseOptions extends WaitingOptions {
  /**
   * Milliseconds for a new session to list something, after which it counts as lost (`TIMED_OUT`): what hangs while
   * connecting would otherwise never be tried again. `Infinity` waits for ever. Default 30,000.
   */
  readonly firstListingMs?: number;
  /** Called after each change of the status. Must not throw. */
  readonly onChange?: (status: SupervisionStatus) => void;
}

export type SupervisedDiscovery<D extends ServiceDiscovery = ServiceDiscovery> = Combined<D> & Supervised;

/** How a lost session is retried unless told otherwise: after 0.5 s, 1 s, 2 s … 30 s, ± 20 %. */
export const DEFAULT_BACKOFF: Backoff = exponentialBackoff({ initialMs: 500, factor: 2, maxMs: 30_000 });

/**
 * A subscription that never fails and never ends: a session that is lost, or that ends by itself, is opened again with
 * backoff, and nobody hears of it but the status. Subscribers keep what they have meanwhile, and get a listing only
 * if it differs. The backoff starts over once a session has listed something. Errors that no retry can mend are
 * retried too, at the slowest pace, because somebody may mend them.
 *
 * All subscribers share one session with the mechanism; one that comes later starts with the last good listing.
 * `lookup` and `announce` go to the discovery as they are. A discovery that is supervised already is given back as it
 * is, with only `onChange` added.
 */
export function supervise<D extends ServiceDiscovery>(
  discovery: D,
  options: SuperviseOptions = {},
): SupervisedDiscovery<D> {
  if (isSupervised(discovery)) {
    if (options.onChange) discovery.watchStatus(options.onChange);
    return discovery as unknown as SupervisedDiscovery<D>;
  }
  const supervisor = supervisorOf(discovery, options);
  const combined = derive(discovery, {
    // Undefined is for the default.
    clock: options.clock as Clock,
    subscribe: supervisor.join,
  });
  return Object.defineProperties(combined, {
    status: { get: supervisor.status },
    watchStatus: { value: supervisor.watchStatus },
  }) as SupervisedDiscovery<D>;
}

interface Member extends SessionRequest {
  readonly channel: ListingChannel;
}

function supervisorOf(discovery: ServiceDiscovery, options: SuperviseOptions) {
  const { name } = discovery;
  const { clock = systemClock, random = systemRandom, backoff = DEFAULT_BACKOFF, firstListingMs = 30_000 } = options;
  const listeners = new Set<(status: SupervisionStatus) => void>();
  const members = new Set<Member>();
  /** Open while there are members. */
  let run: Scope | undefined;
  let state: SupervisionStatus["state"] = "idle";
  let failures = 0;
  let listing: Listing | undefined;
  let lastError: DiscoveryError | undefined;
  /** When the listing stopped being known to be current; meaningless while live. */
  let staleSince = 0;
  let retryAt = 0;

  const status = (): SupervisionStatus => {
    const now = clock.now();
    const listingAgeMs = listing && (state === "live" ? 0 : now - staleSince);
    const retryInMs = state === "retrying" ? Math.max(0, retryAt - now) : undefined;
    return { state, listing, listingAgeMs, lastError, failures, retryInMs };
  };
  const enter = (next: typeof state) => {
    if (state === "live" && next !== "live") staleSince = clock.now();
    state = next;
    // What a listener throws becomes an unhandled rejection: its own fault, which must not stop the supervision.
    for (const listener of [...listeners]) void (async () => listener(status()))();
  };
  const watchStatus = (listener: (status: SupervisionStatus) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  if (options.onChange) watchStatus(options.onChange);

  /** Resolves with the reason when the session is over. */
  const session = async (parent: AbortSignal): Promise<DiscoveryError> => {
    const { signal, close } = openScope(parent);
    const stopWaiting = after(clock, firstListingMs, () => close(timedOut(name, "the first listing", firstListingMs)));
    const report = (problem: DiscoveryError) => {
      for (const member of members) member.report(problem);
    };
    try {
      const reading = forEach(discovery.subscribe({ signal, report }), signal, (raw) => {
        stopWaiting();
        listing = normalizeListing(raw, { name, report });
        failures = 0;
        for (const { channel } of members) channel.push(listing);
        enter("live");
      });
      // The source may be stuck and deaf to its signal.
      await abortable(reading, signal);
      return ended(name);
    } catch (error) {
      return toDiscoveryError(error, name);
    } finally {
      stopWaiting();
      close();
    }
  };
  const keepOpen = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      enter("opening");
      const error = await session(signal);
      if (signal.aborted) return;
      failures++;
      lastError = error;
      // After very many failures any backoff is at its slowest.
      const manyFailures = 1e6;
      const delayMs = backoff.delayMs(error.retryable ? failures : manyFailures, random);
      retryAt = clock.now() + delayMs;
      enter("retrying");
      await sleep(clock, delayMs, signal);
    }
  };

  /** One more subscriber, until the request's signal aborts. */
  const join = (request: SessionRequest) => {
    const member = { ...request, channel: listingChannel(request.signal) };
    members.add(member);
    onAbort(request.signal, () => {
      members.delete(member);
      if (members.size > 0) return;
      run?.close();
      run = undefined;
      failures = 0;
      enter("idle");
    });
    if (!run) {
      run = openScope();
      void keepOpen(run.signal);
    } else if (listing) member.channel.push(listing);
    return member.channel;
  };
  return { status, watchStatus, join };
}
