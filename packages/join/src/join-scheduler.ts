import {
  type Backoff,
  type Clock,
  type Endpoint,
  exponentialBackoff,
  formatEndpoint,
  type Listing,
  type Random,
  type ServiceDiscovery,
  systemClock,
  systemRandom,
  type Timer,
} from "@rollcall/core";
import { readFailure, readOutcome } from "./attempt-result.js";
import { randomOrder } from "./candidate-policy.js";
import type { CandidatePolicy, Joiner, JoinLogger, JoinOutcome, MembershipView } from "./collaborators.js";
import { DiscoveryFeed } from "./discovery-feed.js";
import {
  invalidOption,
  JOIN_DEFAULTS,
  type JoinLimitOptions,
  type JoinLimits,
  resolveLimits,
} from "./join-defaults.js";
import { JoinError } from "./join-error.js";
import type { AttemptResult, JoinDecision, JoinEvent } from "./join-event.js";
import { explainEndpoint, type JoinExplanation } from "./join-explanation.js";
import { JoinMachine } from "./join-machine.js";
import { type JoinRequestOptions, JoinRequests } from "./join-requests.js";
import { explainSituation } from "./join-situation.js";
import { quietJoinLogger } from "./quiet-join-logger.js";

/** What a scheduler works with. Only the first two are needed; the numbers are in {@link JOIN_DEFAULTS}. */
export interface JoinSchedulerOptions extends JoinLimitOptions {
  readonly joiner: Joiner;
  readonly membership: MembershipView;
  /** Supervised by the scheduler, so a plain one will do; disposed by whoever made it. None: only explicit requests. */
  readonly discovery?: ServiceDiscovery | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Between attempts on one endpoint. */
  readonly backoff?: Backoff | undefined;
  /** The same after a rejection whose code is one of `permanentCodes`. */
  readonly permanentBackoff?: Backoff | undefined;
  readonly policy?: CandidatePolicy | undefined;
  readonly logger?: JoinLogger | undefined;
  /** Our own node id. A listed instance with this id is ourselves and not dialled to find that out. */
  readonly selfId?: string | undefined;
}

// setTimeout takes no longer delay; waking early is harmless, as every tick looks at the time.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Joins who is listed and not yet a member, from `start` to `stop`, and who is asked for by `join`.
 *
 * The shell around {@link JoinMachine}: makes the attempts, holds the one timer, reads the discovery.
 */
export class JoinScheduler implements AsyncDisposable {
  readonly #joiner: Joiner;
  readonly #membership: MembershipView;
  readonly #clock: Clock;
  readonly #logger: JoinLogger;
  readonly #limits: JoinLimits;
  readonly #machine: JoinMachine;
  readonly #feed: DiscoveryFeed | undefined;
  readonly #requests: JoinRequests;
  readonly #stopping = new AbortController();
  readonly #attempts = new Map<string, { readonly controller: AbortController; readonly settled: Promise<void> }>();
  readonly #events: JoinEvent[] = [];
  #handling = false;
  #phase: "new" | "running" | "stopped" = "new";
  #reading: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #unwatch: () => void = () => {};
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #comparedAt = Number.NEGATIVE_INFINITY;

  /** @throws JoinError `INVALID_OPTION`, naming the option */
  constructor(options: JoinSchedulerOptions) {
    const { joiner, membership, discovery, selfId, clock = systemClock, random = systemRandom } = options;
    if (typeof joiner?.join !== "function") throw invalidOption("joiner", joiner, "an object with join()");
    if (typeof membership?.memberAt !== "function") {
      throw invalidOption("membership", membership, "an object with memberAt(), isMember() and onChange()");
    }
    if (discovery !== undefined && typeof discovery.subscribe !== "function") {
      throw invalidOption("discovery", discovery, "a ServiceDiscovery, such as one made with defineDiscovery()");
    }
    this.#joiner = joiner;
    this.#membership = membership;
    this.#clock = clock;
    this.#logger = options.logger ?? quietJoinLogger;
    this.#limits = resolveLimits(options);
    this.#machine = new JoinMachine({
      membership,
      random,
      limits: this.#limits,
      backoff: options.backoff ?? exponentialBackoff(JOIN_DEFAULTS.backoff),
      permanentBackoff: options.permanentBackoff ?? exponentialBackoff(JOIN_DEFAULTS.permanentBackoff),
      policy: options.policy ?? randomOrder(random),
      selfId,
    });
    this.#feed = discovery && new DiscoveryFeed(discovery, { clock, random, logger: this.#logger });
    this.#requests = new JoinRequests((event) => this.#tell(event));
  }

  /** Begins. Idempotent; does nothing after `stop`. Requests made before are acted on now. */
  start(): void {
    if (this.#phase !== "new") return;
    this.#phase = "running";
    this.#unwatch = this.#membership.onChange(() => this.#membershipChanged());
    this.#requests.open();
    const onListing = (listing: Listing) => this.#tell({ kind: "listed", listing });
    if (this.#feed) this.#reading = this.#feed.run(this.#stopping.signal, onListing);
  }

  /**
   * Ends for good: aborts what is under way and resolves when all of it has settled. Explicit requests that are still
   * open reject with `STOPPED`. Idempotent, and safe before `start`. Members stay members.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Joins one endpoint, listed or not, ahead of those that are only listed. Shares the attempts with the listing, so
   * an endpoint is never dialled twice at once. Failures are retried with backoff, rejections too, as for listed ones.
   *
   * @returns `joined` as soon as a member is at the endpoint, whoever brought it in; `self` when it is this node
   * @throws JoinError `GAVE_UP` after `maxAttempts`, `STOPPED`, `TOO_MANY_ENDPOINTS`, `INVALID_ENDPOINT`,
   *   `INVALID_OPTION`; the signal's reason when it aborts
   */
  join(endpoint: Endpoint, options: JoinRequestOptions = {}): Promise<Exclude<JoinOutcome, { kind: "rejected" }>> {
    return this.#requests.add(endpoint, options);
  }

  /** What is going on, and why this node has nobody to be with; plain data, as of now. */
  explain(): JoinExplanation {
    const now = this.#clock.now();
    const machine = this.#machine;
    const members = machine.countMembers();
    const endpoints = [...machine.records].map((record) => explainEndpoint(record, machine.whoIsAt(record), now));
    const discovery = this.#feed?.explain();
    return {
      situation: explainSituation({ phase: this.#phase, members, discovery, endpoints }),
      members,
      attemptsUnderWay: machine.attemptsUnderWay,
      maxConcurrentJoins: this.#limits.maxConcurrentJoins,
      ...(discovery === undefined ? {} : { discovery }),
      endpoints,
      leftOut: machine.leftOut,
    };
  }

  async #stop(): Promise<void> {
    this.#phase = "stopped";
    this.#unwatch();
    this.#wakeAt(Number.POSITIVE_INFINITY);
    this.#stopping.abort(new JoinError("STOPPED", "The join scheduler was stopped."));
    this.#requests.close();
    const attempts = [...this.#attempts.values()];
    for (const { controller } of attempts) controller.abort(this.#stopping.signal.reason);
    await Promise.all([this.#reading, ...attempts.map(({ settled }) => settled)]);
  }

  /** One event at a time, also when a joiner calls back while it is being called. */
  #tell(event: JoinEvent): void {
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        if (this.#phase !== "running") continue;
        this.#comparedAt = this.#clock.now();
        this.#perform(this.#machine.handle(next, this.#comparedAt));
      }
    } finally {
      this.#handling = false;
    }
  }

  #perform(decision: JoinDecision): void {
    this.#wakeAt(decision.wakeAt);
    for (const directive of decision.directives) {
      switch (directive.kind) {
        case "attempt":
          this.#attempt(directive.key, directive.endpoint);
          break;
        case "abandon":
          this.#attempts.get(directive.key)?.controller.abort();
          break;
        case "answer":
          this.#requests.answer(directive.id, directive.answer);
          break;
        case "note":
          this.#logger[directive.level](directive.details, directive.message);
          break;
      }
    }
  }

  #attempt(key: string, endpoint: Endpoint): void {
    if (this.#phase !== "running") return;
    const controller = new AbortController();
    this.#logger.debug({ endpoint: formatEndpoint(endpoint) }, "trying to join");
    const settled = this.#outcomeOf(endpoint, controller.signal).then((result) => {
      this.#attempts.delete(key);
      this.#tell({ kind: "settled", key, result });
    });
    this.#attempts.set(key, { controller, settled });
  }

  async #outcomeOf(endpoint: Endpoint, signal: AbortSignal): Promise<AttemptResult> {
    try {
      return readOutcome(await this.#joiner.join(endpoint, signal));
    } catch (error) {
      return signal.aborted ? { kind: "abandoned" } : readFailure(error);
    }
  }

  /** Members change in bursts, and each comparison looks at every endpoint. */
  #membershipChanged(): void {
    if (this.#phase !== "running") return;
    const at = Math.max(this.#clock.now(), this.#comparedAt + this.#limits.coalesceMs);
    if (at < this.#timerAt) this.#wakeAt(at);
  }

  #wakeAt(at: number): void {
    if (at === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, at - this.#clock.now()));
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#tell({ kind: "tick" });
    });
  }
}
