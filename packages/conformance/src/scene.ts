import type { Announcer, DiscoveryRequest, ServiceDiscovery, ServiceInstance } from "@rollcall/core";
import type { ConformanceBackend, ConformanceHarness, PassOptions, TestedDiscovery, Timing } from "./harness.js";
import { check, fail, outcome, within } from "./verdict.js";
import { Watcher } from "./watcher.js";

/** No case counts its own instances as far as this. */
const RESIDENT = 120;

type Deed = Exclude<keyof ConformanceBackend, "create" | "createUnknown" | "dispose">;

/** What one case works with: its place in the backend, the discoveries and subscriptions it made, and their clean-up. */
export class Scene {
  readonly timing: Timing;
  readonly harness: ConformanceHarness;
  readonly #backend: ConformanceBackend;
  readonly #discoveries = new Set<TestedDiscovery>();
  readonly #watchers = new Set<Watcher>();
  #inhabited = false;

  private constructor(harness: ConformanceHarness, timing: Timing, backend: ConformanceBackend) {
    this.harness = harness;
    this.timing = timing;
    this.#backend = backend;
  }

  static async open(harness: ConformanceHarness, timing: Timing): Promise<Scene> {
    return new Scene(harness, timing, await harness.open());
  }

  /** A new discovery under test. */
  async create(pass: PassOptions = (options) => options): Promise<TestedDiscovery> {
    return this.#keep(await this.#backend.create(pass));
  }

  /** A new discovery that must be able to announce. */
  async createAnnouncer(): Promise<ServiceDiscovery & Announcer> {
    const discovery = await this.create();
    if (discovery.announce === undefined) {
      return fail("has no announce(): give defineDiscovery an announce, or declare without.announce in the harness.");
    }
    return discovery as ServiceDiscovery & Announcer;
  }

  async createUnknown(): Promise<TestedDiscovery> {
    const create = this.#backend.createUnknown?.bind(this.#backend) ?? this.#lacks("createUnknown", "unknownService");
    return this.#keep(await create((options) => options));
  }

  /** The harness's instance of that number, without what the mechanism cannot carry. */
  instance(number: number): ServiceInstance {
    const { without = {} } = this.harness;
    const { host, port, id, metadata } = this.harness.instance?.(number) ?? defaultInstance(number);
    return {
      host,
      port,
      ...(id === undefined || without.ids !== undefined ? {} : { id }),
      ...(metadata === undefined || without.metadata !== undefined ? {} : { metadata }),
    };
  }

  /** Instances 1 to `count`. */
  instances(count: number): ServiceInstance[] {
    return Array.from({ length: count }, (_, index) => this.instance(index + 1));
  }

  /** Registers instances in the backend, one after the other. */
  async add(...instances: readonly ServiceInstance[]): Promise<void> {
    for (const instance of instances) await this.#backend.add(instance);
  }

  async remove(...instances: readonly ServiceInstance[]): Promise<void> {
    for (const instance of instances) await this.#backend.remove(instance);
  }

  makeUnavailable = () => this.#deed("makeUnavailable", "unavailability");
  stall = () => this.#deed("stall", "stall");
  restore = () => this.#deed("restore", "unavailability and without.stall");
  addMalformed = () => this.#deed("addMalformed", "malformed");
  reorder = () => this.#deed("reorder", "order");
  addDuplicate = (instance: ServiceInstance) => this.#deed("addDuplicate", "duplicates", instance);
  forget = (instance: ServiceInstance) => this.#deed("forget", "forget", instance);

  /** Opens a subscription and reads nothing yet. */
  watch(discovery: ServiceDiscovery, request?: DiscoveryRequest): Watcher {
    const watcher = new Watcher(discovery.subscribe(request), this.timing);
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Opens a subscription and reads until it lists these. */
  async watching(
    discovery: ServiceDiscovery,
    expected: readonly ServiceInstance[],
    request?: DiscoveryRequest,
  ): Promise<Watcher> {
    const watcher = this.watch(discovery, request);
    await watcher.until(expected, "the first listing is what is registered when the subscription begins");
    return watcher;
  }

  /**
   * Registers {@link resident} and opens a subscription that has read it. Most cases begin so rather than with nobody,
   * in order that an adapter in trouble with empty listings fails the cases about empty listings and no others. The
   * discovery is a new one unless given; make it after {@link inhabit}, since it may list what there was when it was made.
   */
  async settled(discovery?: ServiceDiscovery, request?: DiscoveryRequest): Promise<Watcher> {
    await this.inhabit();
    return this.watching(discovery ?? (await this.create()), [this.resident], request);
  }

  /** Registers {@link resident}, once. */
  async inhabit(): Promise<void> {
    if (this.#inhabited) return;
    this.#inhabited = true;
    await this.add(this.resident);
  }

  /** Somebody who is there from the beginning to the end of a case. */
  get resident(): ServiceInstance {
    return this.instance(RESIDENT);
  }

  /** Disposes a discovery that must be disposable, within `releaseMs`. */
  async dispose(discovery: ServiceDiscovery): Promise<void> {
    const dispose = discovery[Symbol.asyncDispose]?.bind(discovery);
    check(
      dispose,
      "has no [Symbol.asyncDispose]: use defineDiscovery, or declare without.dispose if there is nothing to release.",
    );
    await within(dispose(), this.timing.releaseMs, "dispose did not finish: it must not wait for the network");
  }

  /** Releases everything this case made; trouble with that is the business of the cases about disposal. */
  async close(): Promise<void> {
    const endings = [
      ...[...this.#watchers].map((watcher) => watcher.close()),
      ...[...this.#discoveries].map(async (discovery) => discovery[Symbol.asyncDispose]?.()),
    ];
    await outcome(Promise.allSettled(endings), this.timing.releaseMs);
    await this.#backend.dispose?.();
  }

  #keep(discovery: TestedDiscovery): TestedDiscovery {
    this.#discoveries.add(discovery);
    return discovery;
  }

  async #deed(name: Deed, capability: string, instance?: ServiceInstance): Promise<void> {
    const deed = this.#backend[name]?.bind(this.#backend) ?? this.#lacks(name, capability);
    await deed(instance as ServiceInstance);
  }

  #lacks(member: string, capability: string): never {
    return fail(
      `the backend of harness ${JSON.stringify(this.harness.name)} has no ${member}(): ` +
        `add it, or say in without.${capability} why there is none.`,
    );
  }
}

function defaultInstance(number: number): ServiceInstance {
  return {
    host: `10.77.0.${number}`,
    port: 7000 + number,
    id: `node-${number}`,
    metadata: { zone: `zone-${number % 3}`, release: "2025.1" },
  };
}
