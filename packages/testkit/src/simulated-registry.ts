import {
  type Announcer,
  type Clock,
  type DefinedDiscovery,
  DiscoveryError,
  defineDiscovery,
  type InstanceLike,
  instanceKey,
  type Listing,
  type ListingChannel,
  listingChannel,
  normalizeListing,
  type Random,
  type ServiceInstance,
  sleep,
  type Timer,
} from "@rollcall/core";
import { type Latency, type LatencyOption, toLatency } from "./latency.js";
import type { Undo } from "./simulated-network.js";
import type { VirtualClock } from "./virtual-clock.js";

export interface SimulatedRegistryOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** How long until a question is answered, and until a change has got around to somebody. Default 1 to 50 ms. */
  readonly lagMs?: LatencyOption;
  /** How long somebody who announced itself, and has been silent since, stays listed. Default 10,000 ms. */
  readonly ttlMs?: number;
}

/** Makes of what stands in the registry what it says. */
export type Lie = (truth: Listing) => Iterable<InstanceLike>;

interface Watcher {
  readonly clock: Clock;
  readonly channel: ListingChannel;
  /** On its way to the watcher: it will be told what holds when it arrives. */
  pending: Timer | undefined;
}

const NAME = "simulated";

/** Whoever lists something that cannot be read made a mistake in a test. */
const READ = {
  name: NAME,
  report(problem: DiscoveryError) {
    throw problem;
  },
};

/**
 * A registry as nodes have to live with: it answers late, forgets whoever died only after a while, can fail, and can be
 * wrong. Each node looks into it through a discovery of its own, made with {@link discovery}.
 */
export class SimulatedRegistry {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #lag: Latency;
  readonly #ttlMs: number;
  readonly #records = new Map<string, { readonly instance: ServiceInstance; readonly expiry: Timer | undefined }>();
  readonly #watchers = new Set<Watcher>();
  #lie: Lie | undefined;
  #isDown = false;

  constructor(options: SimulatedRegistryOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#lag = toLatency(options.lagMs ?? [1, 50]);
    this.#ttlMs = options.ttlMs ?? 10_000;
  }

  /** What it says now, true or not. */
  get listing(): Listing {
    const truth = normalizeListing(
      [...this.#records.values()].map(({ instance }) => instance),
      READ,
    );
    return this.#lie === undefined ? truth : normalizeListing(this.#lie(truth), READ);
  }

  /** Lists these, besides whoever announced itself, until they are {@link unlist}ed. */
  list(...instances: InstanceLike[]): void {
    for (const instance of normalizeListing(instances, READ)) this.#put(instance, undefined);
    this.#tellAll();
  }

  unlist(...instances: InstanceLike[]): void {
    for (const instance of normalizeListing(instances, READ)) this.#remove(instance);
    this.#tellAll();
  }

  /** From now on it says something else than what stands in it; only the last lie counts. @returns what ends that */
  lie(lie: Lie): Undo {
    this.#lie = lie;
    this.#tellAll();
    return () => {
      if (this.#lie !== lie) return;
      this.#lie = undefined;
      this.#tellAll();
    };
  }

  /** It goes away: subscriptions end with an error, questions are answered with one. Nobody expires meanwhile. */
  fail(): void {
    this.#isDown = true;
    for (const watcher of this.#watchers) this.#tell(watcher);
  }

  /** It is there again, and knows what it knew. */
  recover(): void {
    this.#isDown = false;
  }

  /**
   * The registry as one node sees it.
   *
   * @param clock the node's own, so that nothing reaches it while it is frozen. Default: everybody's
   */
  discovery(clock: Clock = this.#clock): DefinedDiscovery & Announcer {
    const random = this.#random;
    const answered = async (signal: AbortSignal) => {
      await sleep(clock, this.#lag(random), signal);
      if (this.#isDown) throw unavailable();
    };
    return defineDiscovery({
      name: NAME,
      clock,
      random,
      lookup: async ({ signal }) => {
        await answered(signal);
        return this.listing;
      },
      subscribe: ({ signal }) => {
        const channel = listingChannel(signal);
        const watcher: Watcher = { clock, channel, pending: undefined };
        this.#watchers.add(watcher);
        signal.addEventListener("abort", () => {
          watcher.pending?.cancel();
          this.#watchers.delete(watcher);
        });
        this.#tell(watcher);
        return channel;
      },
      announce: async (instance, { signal }) => {
        await answered(signal);
        void this.#keep(instance, clock, signal);
        return { withdraw: async () => this.unlist(instance) };
      },
    });
  }

  async #keep(instance: ServiceInstance, clock: Clock, signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await sleep(clock, this.#ttlMs / 3, signal)) {
      if (this.#isDown) continue;
      const isNew = !this.#records.has(instanceKey(instance));
      this.#put(instance, this.#ttlMs);
      if (isNew) this.#tellAll();
    }
  }

  #put(instance: ServiceInstance, ttlMs: number | undefined): void {
    this.#remove(instance);
    const expire = () => {
      if (this.#isDown) return this.#put(instance, ttlMs);
      this.#remove(instance);
      this.#tellAll();
    };
    const expiry = ttlMs === undefined ? undefined : this.#clock.schedule(ttlMs, expire);
    this.#records.set(instanceKey(instance), { instance, expiry });
  }

  #remove(instance: ServiceInstance): void {
    const key = instanceKey(instance);
    this.#records.get(key)?.expiry?.cancel();
    this.#records.delete(key);
  }

  #tellAll(): void {
    if (!this.#isDown) for (const watcher of this.#watchers) this.#tell(watcher);
  }

  #tell(watcher: Watcher): void {
    watcher.pending ??= watcher.clock.schedule(this.#lag(this.#random), () => {
      watcher.pending = undefined;
      if (this.#isDown) watcher.channel.fail(unavailable());
      else watcher.channel.push(this.listing);
    });
  }
}

function unavailable(): DiscoveryError {
  return new DiscoveryError("UNAVAILABLE", `${NAME}: the registry is away.`, { adapter: NAME });
}
