import { abortable, openScope, type Scope } from "./abort.js";
import { forEach } from "./async-iteration.js";
import { type Backoff, exponentialBackoff } from "./backoff.js";
import { sleep, systemClock } from "./clock.js";
import { announceThrough, type Combined, combine, type WaitingOptions } from "./combinator.js";
import { DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { normalizeListing } from "./listing.js";
import { type ListingChannel, listingChannel } from "./listing-channel.js";
import { systemRandom } from "./random.js";
import type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
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
export const DEFAULT_BACKOFF: Backoff = Object.freeze(exponentialBackoff({ initialMs: 500, factor: 2, maxMs: 30_000 }));

/** As good as "for ever" to any backoff: gives its slowest pace. */
const MANY_FAILURES = 1_000_000;

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
  const supervisor = new Supervisor(discovery, options);
  const combined = combine([discovery], {
    name: discovery.name,
    ...(options.clock ? { clock: options.clock } : {}),
    lookup: (request) => discovery.lookup(request),
    subscribe: (request) => supervisor.join(request),
    ...announceThrough(discovery),
  });
  return Object.defineProperties(combined, {
    status: { get: () => supervisor.status, enumerable: true },
    watchStatus: { value: supervisor.watchStatus },
  }) as SupervisedDiscovery<D>;
}

interface Member {
  readonly channel: ListingChannel;
  readonly report: (problem: DiscoveryError) => void;
}

class Supervisor implements Supervised {
  readonly #discovery: ServiceDiscovery;
  readonly #options: Required<Omit<SuperviseOptions, "onChange">>;
  readonly #listeners = new Set<(status: SupervisionStatus) => void>();
  readonly #members = new Set<Member>();
  /** Open while there are members. */
  #run: Scope | undefined;
  #state: SupervisionStatus["state"] = "idle";
  #failures = 0;
  #listing: Listing | undefined;
  #lastError: DiscoveryError | undefined;
  /** When the listing stopped being known to be current; meaningless while live. */
  #staleSince = 0;
  #retryAt = 0;

  constructor(discovery: ServiceDiscovery, { onChange, ...options }: SuperviseOptions) {
    this.#discovery = discovery;
    this.#options = {
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      backoff: options.backoff ?? DEFAULT_BACKOFF,
      firstListingMs: options.firstListingMs ?? 30_000,
    };
    if (onChange) this.#listeners.add(onChange);
  }

  get status(): SupervisionStatus {
    const now = this.#options.clock.now();
    return Object.freeze({
      state: this.#state,
      ...(this.#listing && {
        listing: this.#listing,
        listingAgeMs: this.#state === "live" ? 0 : now - this.#staleSince,
      }),
      ...(this.#lastError && { lastError: this.#lastError }),
      failures: this.#failures,
      ...(this.#state === "retrying" && { retryInMs: Math.max(0, this.#retryAt - now) }),
    });
  }

  readonly watchStatus = (listener: (status: SupervisionStatus) => void): (() => void) => {
    // An entry of its own, so that the same function may listen twice.
    const entry = (status: SupervisionStatus) => listener(status);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  };

  /** One more subscriber, until the request's signal aborts. */
  join({ signal, report }: Required<DiscoveryRequest>): ListingChannel {
    const channel = listingChannel(signal);
    const member = { channel, report };
    this.#members.add(member);
    signal.addEventListener("abort", () => {
      this.#members.delete(member);
      if (this.#members.size === 0) this.#stop();
    });
    if (!this.#run) this.#start();
    else if (this.#listing) channel.push(this.#listing);
    return channel;
  }

  #start(): void {
    this.#run = openScope();
    this.#failures = 0;
    void this.#keepOpen(this.#run.signal);
  }

  #stop(): void {
    this.#run?.close();
    this.#run = undefined;
    this.#enter("idle");
  }

  async #keepOpen(signal: AbortSignal): Promise<void> {
    const { clock, random, backoff } = this.#options;
    while (!signal.aborted) {
      this.#enter("opening");
      const error = await this.#session(signal);
      if (signal.aborted) return;
      this.#failures++;
      this.#lastError = error;
      const delayMs = backoff.delayMs(error.retryable ? this.#failures : MANY_FAILURES, random);
      this.#retryAt = clock.now() + delayMs;
      this.#enter("retrying");
      await sleep(clock, delayMs, signal);
    }
  }

  /** Resolves with the reason when the session is over. */
  async #session(run: AbortSignal): Promise<DiscoveryError> {
    const { name } = this.#discovery;
    const { clock, firstListingMs } = this.#options;
    const lost = (code: "TIMED_OUT" | "ENDED", what: string) =>
      new DiscoveryError(code, `${name}: ${what}.`, { adapter: name });
    const report = (problem: DiscoveryError) => {
      for (const member of this.#members) member.report(problem);
    };
    const session = openScope(run);
    const giveUp = () => session.close(lost("TIMED_OUT", `nothing was listed within ${firstListingMs} ms`));
    const patience = firstListingMs < Number.POSITIVE_INFINITY ? clock.schedule(firstListingMs, giveUp) : undefined;
    try {
      const source = this.#discovery.subscribe({ signal: session.signal, report });
      const reading = forEach(source, session.signal, (raw) => {
        patience?.cancel();
        this.#listed(normalizeListing(raw, { name, report }));
      });
      // A source may be stuck and deaf to its signal.
      await abortable(reading, session.signal);
      return lost("ENDED", "the subscription ended although nobody asked it to");
    } catch (error) {
      return toDiscoveryError(error, name);
    } finally {
      patience?.cancel();
      session.close();
    }
  }

  #listed(listing: Listing): void {
    this.#listing = listing;
    this.#failures = 0;
    for (const { channel } of this.#members) channel.push(listing);
    this.#enter("live");
  }

  /** What a listener throws becomes an unhandled rejection: its own fault, which must not stop the supervision. */
  #enter(state: SupervisionStatus["state"]): void {
    if (this.#state === "live" && state !== "live") this.#staleSince = this.#options.clock.now();
    this.#state = state;
    for (const listener of [...this.#listeners]) void (async () => listener(this.status))();
  }
}
