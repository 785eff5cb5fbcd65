import {
  type Announcement,
  type Announcer,
  type Clock,
  type DiscoveryError,
  exponentialBackoff,
  type Random,
  type ServiceInstance,
  sleep,
} from "@rollcall/core";
import type { Logger } from "./logger.js";

const RETRY = exponentialBackoff({ initialMs: 500, maxMs: 30_000 });

/**
 * Keeps this node announced from `start` to `withdraw`. Core's announcers renew by themselves; what is added here is
 * that the first registration is tried until it succeeds.
 */
export class SelfAnnouncement {
  state: "off" | "announcing" | "announced" | "retrying" | "withdrawn" = "off";
  lastError: DiscoveryError | Error | undefined;
  readonly #announcer: Announcer | undefined;
  readonly #self: ServiceInstance;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #withdrawing = new AbortController();
  #announcement: Announcement | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(announcer: Announcer | undefined, self: ServiceInstance, clock: Clock, random: Random, logger: Logger) {
    this.#announcer = announcer;
    this.#self = self;
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
  }

  start(): void {
    if (this.#announcer !== undefined) this.#running = this.#announce(this.#announcer);
  }

  /** Resolves when the registry no longer lists this node; never rejects. */
  async withdraw(): Promise<void> {
    this.#withdrawing.abort();
    await this.#running;
    try {
      await this.#announcement?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#logger.warn({ err: error }, "could not withdraw the announcement; the registry will find out by itself");
    }
    if (this.state !== "off") this.state = "withdrawn";
  }

  async #announce(announcer: Announcer): Promise<void> {
    const { signal } = this.#withdrawing;
    const report = (problem: DiscoveryError) => {
      this.lastError = problem;
      this.#logger.warn({ err: problem }, "the announcement is in trouble");
    };
    for (let failures = 0; !signal.aborted; ) {
      this.state = "announcing";
      try {
        this.#announcement = await announcer.announce(this.#self, { signal, report });
        this.state = "announced";
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.lastError = error as Error;
        this.state = "retrying";
        const delayMs = RETRY.delayMs(++failures, this.#random);
        this.#logger.warn({ err: error, retryInMs: delayMs }, "could not announce this node");
        await sleep(this.#clock, delayMs, signal);
      }
    }
  }
}
