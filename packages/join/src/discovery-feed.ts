import {
  type Clock,
  type DiscoveryError,
  type Listing,
  type Random,
  type ServiceDiscovery,
  type SupervisedDiscovery,
  supervise,
  toDiscoveryError,
} from "@rollcall/core";
import type { JoinLogger } from "./collaborators.js";
import type { DiscoveryExplanation } from "./join-explanation.js";

/** Different messages remembered, so as not to warn of them twice. */
const MAX_REMEMBERED = 100;

export interface DiscoveryFeedOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: JoinLogger;
}

/** Listings from a supervised discovery, for as long as anybody wants them; trouble only shows in `explain`. */
export class DiscoveryFeed {
  readonly #discovery: SupervisedDiscovery;
  readonly #logger: JoinLogger;
  #problems = 0;
  #failing = false;
  #lastProblem: DiscoveryError | undefined;
  readonly #said = new Set<string>();

  constructor(discovery: ServiceDiscovery, { clock, random, logger }: DiscoveryFeedOptions) {
    this.#discovery = supervise(discovery, { clock, random });
    this.#logger = logger;
  }

  /** Hands each listing over in the turn it arrives in. Resolves once the signal has aborted; never rejects. */
  async run(signal: AbortSignal, onListing: (listing: Listing) => void): Promise<void> {
    const unwatch = this.#discovery.watchStatus(({ state, lastError }) => {
      if (state === "retrying" && lastError !== undefined) this.#say(lastError);
      if (state === "live") this.#recovered();
      else this.#failing ||= state === "retrying";
    });
    const report = (problem: DiscoveryError) => {
      this.#problems++;
      this.#lastProblem = problem;
      this.#say(problem);
    };
    try {
      for await (const listing of this.#discovery.subscribe({ signal, report })) {
        if (signal.aborted) return;
        onListing(listing);
      }
    } catch (error) {
      if (!signal.aborted) report(toDiscoveryError(error, this.#discovery.name));
    } finally {
      unwatch();
    }
  }

  explain(): DiscoveryExplanation {
    const { name, status } = this.#discovery;
    const { listing, listingAgeMs, lastError, retryInMs } = status;
    return {
      name,
      state: status.state,
      ...(listing === undefined ? {} : { listed: listing.length }),
      ...(listingAgeMs === undefined ? {} : { listingAgeMs: Math.round(listingAgeMs) }),
      ...(lastError === undefined ? {} : { lastError: inWords(lastError) }),
      ...(this.#lastProblem === undefined ? {} : { lastProblem: inWords(this.#lastProblem) }),
      problems: this.#problems,
      failures: status.failures,
      ...(retryInMs === undefined ? {} : { retryInMs: Math.ceil(retryInMs) }),
    };
  }

  /** The same trouble comes again with every poll and every new session; it is worth a warning once per outage. */
  #say(problem: DiscoveryError): void {
    const level = this.#said.has(problem.message) ? "debug" : "warn";
    if (this.#said.size >= MAX_REMEMBERED) this.#said.clear();
    this.#said.add(problem.message);
    this.#logger[level]({ discovery: this.#discovery.name, code: problem.code }, problem.message);
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#said.clear();
    this.#logger.info({ discovery: this.#discovery.name }, "the discovery works again");
  }
}

function inWords({ code, message }: DiscoveryError): { readonly code: string; readonly message: string } {
  return { code, message };
}
