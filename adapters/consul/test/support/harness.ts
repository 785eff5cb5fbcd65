import type { ConformanceHarness } from "@rollcall/conformance";
import { formatEndpoint, type ServiceInstance } from "@rollcall/core";
import { type ConsulDiscoveryOptions, consulDiscovery } from "../../src/index.js";
import { RawConsul } from "./raw-consul.js";

/** An agent, real or not, and what can be done to it. */
export interface TestedConsul {
  /** Where the discovery goes; may lead through a proxy. */
  readonly url: string;
  /** Where others go, whatever is done to `url`. */
  readonly directUrl: string;
  readonly token?: string;
  refuse(): void;
  hold(): void;
  restore(): void | Promise<void>;
  /** Makes it answer in another order. */
  reorder?(): void;
  dispose?(): Promise<void>;
}

export interface HarnessOptions {
  /** Options for every discovery. */
  readonly more?: Partial<ConsulDiscoveryOptions>;
  readonly without?: ConformanceHarness["without"];
  /** Longer than this machine may stand still, in milliseconds. */
  readonly ttlMs?: number;
}

let places = 0;

/** The suite for an agent; `start` is called once, before the first case. */
export function consulHarness(
  name: string,
  start: () => Promise<TestedConsul>,
  { more = {}, without = {}, ttlMs = 2000 }: HarnessOptions = {},
): ConformanceHarness {
  let started: Promise<TestedConsul> | undefined;
  return {
    name,
    // The TTL and two heartbeats more, so that an announcement that stays has been renewed.
    quietMs: ttlMs + 100,
    without,
    settleMs: 30_000,
    releaseMs: 2500,
    lookupTimeoutMs: 3000,
    async open() {
      started ??= start();
      const consul = await started;
      const service = `orders-${++places}`;
      const raw = new RawConsul(consul.directUrl, service, consul.token);
      const shared = {
        ...{ url: consul.url, timeoutMs: 3000, ttlMs, checkIntervalMs: 50 },
        ...(consul.token === undefined ? {} : { token: consul.token }),
        ...more,
      };
      return {
        create: (pass) => consulDiscovery(pass({ ...shared, service })),
        createUnknown: (pass) => consulDiscovery(pass({ ...shared, service: `${service}-unknown` })),
        add: (instance) => raw.register(rawId(instance), instance),
        remove: (instance) => raw.deregister(rawId(instance)),
        addMalformed: () => raw.register("malformed", { host: "10.77.99.99", port: 0 }),
        addDuplicate: ({ host, port }) => raw.register("duplicate", { host, port }),
        ...(consul.reorder === undefined ? {} : { reorder: () => consul.reorder?.() }),
        forget: ({ id }) => raw.deregister(`${service}:${id}`),
        makeUnavailable: () => consul.refuse(),
        stall: () => consul.hold(),
        restore: () => consul.restore(),
        dispose: async () => {
          await consul.restore();
          await raw.clear();
        },
      };
    },
    async dispose() {
      await (await started)?.dispose?.();
    },
  };
}

function rawId(instance: ServiceInstance): string {
  return `raw-${formatEndpoint(instance)}`;
}
