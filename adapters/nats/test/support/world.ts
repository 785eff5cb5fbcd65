import type { Announcement, DiscoveryError, Listing, ServiceInstance } from "@rollcall/core";
import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { onTestFinished } from "vitest";
import { createDiscovery } from "../../src/discovery.js";
import type { NatsDiscoveryOptions } from "../../src/options.js";
import { SimulatedServer } from "./simulated-server.js";

/** Who sends what an announcer of ours would: written down here once more, so that it cannot change unnoticed. */
export function alive(number: number, more: object = {}) {
  return {
    v: 1,
    lease: `lease-${number}`,
    ttlMs: 15_000,
    host: `10.0.0.${number}`,
    port: 7337,
    id: `n${number}`,
    ...more,
  };
}

/** Processes with one NATS server, in virtual time. */
export class World {
  readonly clock = new VirtualClock();
  readonly server = new SimulatedServer(this.clock);
  readonly problems: DiscoveryError[] = [];
  #seed = 1;

  discovery(options: Partial<NatsDiscoveryOptions> = {}) {
    const random = seededRandom(this.#seed++);
    const discovery = createDiscovery(
      { service: "orders", clock: this.clock, random, ...options },
      this.server.connect,
    );
    // What waits, waits in virtual time.
    onTestFinished(() => this.clock.settle(discovery[Symbol.asyncDispose]()));
    return discovery;
  }

  /** Subscribes, and keeps every listing. */
  browse(options: Partial<NatsDiscoveryOptions> = {}, discovery = this.discovery(options)): Browsing {
    const browsing = new Browsing(this, discovery);
    onTestFinished(() => browsing.stop());
    return browsing;
  }

  readonly report = (problem: DiscoveryError): void => void this.problems.push(problem);

  async announce(number = 1, options: Partial<NatsDiscoveryOptions> = {}): Promise<Announcement> {
    const self: ServiceInstance = { host: `10.0.0.${number}`, port: 7337, id: `n${number}` };
    return this.clock.settle(this.discovery(options).announce(self, { report: this.report }));
  }

  withdraw(announcement: Announcement): Promise<void> {
    return this.clock.settle(Promise.resolve(announcement[Symbol.asyncDispose]()));
  }

  /** What was published on one of the service's subjects. */
  sent(verb: string) {
    return this.server.published.filter(({ subject }) => subject === `rollcall.orders.${verb}`);
  }
}

export class Browsing {
  readonly listings: Listing[] = [];
  readonly at: number[] = [];
  error: DiscoveryError | undefined;
  over = false;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;

  constructor(world: World, discovery: ReturnType<World["discovery"]>) {
    const read = async () => {
      for await (const listing of discovery.subscribe({ signal: this.#abort.signal, report: world.report })) {
        this.listings.push(listing);
        this.at.push(world.clock.now());
      }
    };
    this.#running = read()
      .catch((error) => {
        this.error = error;
      })
      .finally(() => {
        this.over = true;
      });
  }

  get ids(): string[] | undefined {
    return this.listings
      .at(-1)
      ?.map(({ id }) => String(id))
      .sort();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}
