import type { DiscoveryError, Listing, ServiceInstance } from "@rollcall/core";
import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { onTestFinished } from "vitest";
import { createDiscovery } from "../../src/discovery.js";
import type { Message } from "../../src/dns/message.js";
import type { MdnsDiscoveryOptions } from "../../src/options.js";
import { Medium, type Sent, Station } from "./medium.js";

/** Machines on one network, in virtual time. */
export class World {
  readonly clock = new VirtualClock();
  readonly medium = new Medium({ clock: this.clock });
  readonly problems: DiscoveryError[] = [];
  #seed: number;

  constructor(seed = 1) {
    this.#seed = seed;
  }

  station(address: string): Station {
    return new Station([this.medium, address]);
  }

  discovery(
    network: Station,
    options: Partial<MdnsDiscoveryOptions> = {},
    resolve = async (): Promise<string[]> => [],
  ) {
    const random = seededRandom(this.#seed++);
    return createDiscovery({ service: "orders", clock: this.clock, random, ...options }, { network, resolve });
  }

  /** Browses, and keeps every listing. Stopped when the test is over, after which nothing may be scheduled. */
  browse(network = this.station("10.0.0.1"), options: Partial<MdnsDiscoveryOptions> = {}): Browsing {
    const browsing = new Browsing(this, network, options);
    onTestFinished(() => browsing.stop());
    return browsing;
  }

  /** Announces and waits, in virtual time, until that is done. */
  async announce(network: Station, self: Partial<ServiceInstance> = {}, options: Partial<MdnsDiscoveryOptions> = {}) {
    const discovery = this.discovery(network, options);
    const instance = { host: "10.0.0.7", port: 7337, id: "node-1", ...self };
    const request = { report: (problem: DiscoveryError) => this.problems.push(problem) };
    const announcement = await this.clock.settle(discovery.announce(instance, request));
    onTestFinished(() => announcement[Symbol.asyncDispose]());
    return announcement;
  }

  /** What was multicast or sent since then, of one kind. */
  sent(kind: Message["kind"], since = 0): Sent[] {
    return this.medium.log.filter(({ message, at }) => message.kind === kind && at >= since);
  }
}

export class Browsing {
  readonly listings: Listing[] = [];
  readonly problems: DiscoveryError[] = [];
  error: unknown;
  readonly startedAt: number;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  readonly #at: number[] = [];

  constructor(world: World, network: Station, options: Partial<MdnsDiscoveryOptions>) {
    this.startedAt = world.clock.now();
    const request = {
      signal: this.#abort.signal,
      report: (problem: DiscoveryError) => this.problems.push(problem),
    };
    const read = async () => {
      for await (const listing of world.discovery(network, options).subscribe(request)) {
        this.listings.push(listing);
        this.#at.push(world.clock.now());
      }
    };
    this.#running = read().catch((error) => {
      this.error = error;
    });
  }

  get last(): Listing | undefined {
    return this.listings.at(-1);
  }

  /** When the newest listing came, in milliseconds since browsing began. */
  get lastAfterMs(): number {
    return (this.#at.at(-1) ?? Number.NaN) - this.startedAt;
  }

  get ids(): (string | undefined)[] {
    return (this.last ?? []).map(({ id }) => id).sort();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}

/** What has been asked since a moment, in order. */
export function questionsOf(world: World, since = 0) {
  return world.sent("query", since).flatMap(({ message }) => message.questions);
}
