import type { DiscoveryError, Listing } from "@rollcall/core";
import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { expect, onTestFinished } from "vitest";
import { createDiscovery } from "../../src/discovery.js";
import type { DnsDiscoveryOptions } from "../../src/options.js";
import { type Behaviour, SimulatedServers } from "./simulated-servers.js";

export const SERVER = "10.0.0.1:53";
export const SERVICE = "_rollcall._tcp.orders.example";

/** Discoveries and name servers in virtual time. When the test is over, nothing may be left open or scheduled. */
export class World {
  readonly clock = new VirtualClock();
  readonly servers = new SimulatedServers(this.clock);
  readonly problems: DiscoveryError[] = [];

  constructor(behaviour?: Behaviour) {
    if (behaviour) this.servers.serve(SERVER, behaviour);
    onTestFinished(() => {
      expect(this.servers.open).toBe(0);
      expect(this.clock.pending).toBe(0);
    });
  }

  discovery(options: Partial<DnsDiscoveryOptions> = {}) {
    const all = { name: SERVICE, servers: [SERVER], clock: this.clock, random: seededRandom(1), ...options };
    return createDiscovery(all, this.servers.transport);
  }

  /** One lookup, for which time passes. */
  lookup(options: Partial<DnsDiscoveryOptions> = {}): Promise<Listing> {
    return this.clock.settle(this.discovery(options).lookup({ report: this.report }));
  }

  /** Endpoints of one lookup, in order. */
  async places(options: Partial<DnsDiscoveryOptions> = {}): Promise<string[]> {
    return placesOf(await this.lookup(options));
  }

  /** Reads a subscription until the test is over. */
  subscribe(options: Partial<DnsDiscoveryOptions> = {}): { listings: string[][]; error: () => unknown } {
    const abort = new AbortController();
    const listings: string[][] = [];
    let error: unknown;
    const read = async () => {
      const subscription = this.discovery(options).subscribe({ signal: abort.signal, report: this.report });
      for await (const listing of subscription) listings.push(placesOf(listing));
    };
    const reading = read().catch((thrown) => {
      error = thrown;
    });
    onTestFinished(async () => {
      abort.abort();
      await reading;
    });
    return { listings, error: () => error };
  }

  readonly report = (problem: DiscoveryError) => void this.problems.push(problem);
}

export function placesOf(listing: Listing): string[] {
  return listing.map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)).sort();
}
