import type { Announcer, ServiceDiscovery, ServiceInstance } from "@rollcall/core";
import { CAPABILITIES, type Capability } from "./capability.js";

type Awaitable<T> = T | PromiseLike<T>;

/** Hands factory options through; in the case that asks whether a factory modifies them they come back deeply frozen. */
export type PassOptions = <T>(options: T) => T;

/** A discovery under test, which may be able to announce. */
export type TestedDiscovery = ServiceDiscovery & Partial<Announcer>;

/**
 * One empty place in the backend (a service name, a key prefix, a file), used by one case and then disposed.
 *
 * Everything except `create` and `createUnknown` goes to the backend by a way of its own, never through the
 * discovery under test: otherwise an adapter that only talks to itself would pass. Each of these resolves once the
 * backend would answer a new request with the change.
 */
export interface ConformanceBackend {
  /**
   * A new discovery that looks at this place. Called several times in some cases: the results must share nothing but
   * the backend, as if they lived in different processes. It has to find what is registered by now; `without.changes`
   * means that it may miss what is registered later. Timers that govern renewal, polling and time-outs are best
   * set short here. The suite disposes what it created.
   */
  create(pass: PassOptions): Awaitable<TestedDiscovery>;
  /** Registers an instance, or again under the same host and port: unchanged, or with other metadata. */
  add(instance: ServiceInstance): Awaitable<void>;
  /** Takes it out again, as a well-behaved peer that leaves would. */
  remove(instance: ServiceInstance): Awaitable<void>;
  /** A discovery of a service that has never been registered. Needs capability `unknownService`. */
  createUnknown?(pass: PassOptions): Awaitable<TestedDiscovery>;
  /** Refuses requests and cuts what is connected, so that an adapter can notice. Needs `unavailability`. */
  makeUnavailable?(): Awaitable<void>;
  /** From now on takes requests and answers none, without closing anything. Needs `stall`. */
  stall?(): Awaitable<void>;
  /** Ends `makeUnavailable` or `stall`; what was registered is still there. */
  restore?(): Awaitable<void>;
  /** Puts one record among the others that cannot be read as an instance. Needs `malformed`. */
  addMalformed?(): Awaitable<void>;
  /** Registers a second record with the host and port of one that is registered. Needs `duplicates`. */
  addDuplicate?(instance: ServiceInstance): Awaitable<void>;
  /** Makes the backend answer in another order. Needs `order`. */
  reorder?(): Awaitable<void>;
  /** Loses an announced instance as a restarted registry or an expired lease does. Needs `forget`. */
  forget?(instance: ServiceInstance): Awaitable<void>;
  /** Removes the place. Called once, also after a failed case. */
  dispose?(): Awaitable<void>;
}

/** What the author of an adapter writes to have it tested. */
export interface ConformanceHarness {
  /** Names the suite in the runner's output: `etcd`, `etcd with TLS`. */
  readonly name: string;
  /** A fresh place in the backend. Called before each case; starting a server is better done once, before. */
  open(): Awaitable<ConformanceBackend>;
  /** Capabilities that are missing, each with the reason, which is printed with the skipped cases. */
  readonly without?: Readonly<Partial<Record<Capability, string>>>;
  /**
   * Milliseconds within which a change, or trouble, in the backend must have reached a discovery. Waiting ends as soon
   * as it has, so that a generous value costs nothing while the adapter is correct. Default 5000.
   */
  readonly settleMs?: number;
  /**
   * Milliseconds that the suite waits to see that nothing happens. Longer than two polls and two renewals of the
   * discovery under test, or the cases that use it prove nothing. Default 250.
   */
  readonly quietMs?: number;
  /**
   * Milliseconds that abort, `break` and dispose may take. "At once" allows for a slow machine, not for waiting for
   * the network: keep it shorter than `lookupTimeoutMs`. Default 1000.
   */
  readonly releaseMs?: number;
  /** The lookup time-out, in milliseconds, of the discoveries that `create` makes. Default 3000, as the contract says. */
  readonly lookupTimeoutMs?: number;
  /**
   * The instances to register, by number from 1 to 120, all different in host and port and (unless `without.ids`) id.
   * For mechanisms that restrict hosts, ports or ids. Default: 10.77.0.1:7001 with id `node-1` and metadata, and so on.
   */
  instance?(number: number): ServiceInstance;
  /** Called once after the last case. */
  dispose?(): Awaitable<void>;
}

/** The bounds of a harness with the defaults filled in, in milliseconds. */
export type Timing = Readonly<Record<keyof typeof TIMING_DEFAULTS, number>>;

/** What a harness that does not name a bound gets. */
export const TIMING_DEFAULTS = Object.freeze({ settleMs: 5000, quietMs: 250, releaseMs: 1000, lookupTimeoutMs: 3000 });

/**
 * The harness's bounds, after looking at its other members.
 *
 * @throws TypeError naming the member that is wrong
 */
export function checkHarness(harness: ConformanceHarness): Timing {
  const wrong = (what: string): never => {
    throw new TypeError(`conformance harness ${JSON.stringify(harness.name)}: ${what}`);
  };
  if (typeof harness.name !== "string" || harness.name.trim() === "") wrong("name must be a non-empty text.");
  if (typeof harness.open !== "function") wrong("open must be a function that returns a backend.");
  for (const [capability, reason] of Object.entries(harness.without ?? {})) {
    if (!Object.hasOwn(CAPABILITIES, capability)) {
      wrong(`without.${capability} is not a capability; there are ${Object.keys(CAPABILITIES).join(", ")}.`);
    }
    if (typeof reason !== "string" || reason.trim() === "") {
      wrong(`without.${capability} must say in words why the mechanism lacks it; the reason is printed.`);
    }
  }
  const bound = (name: keyof typeof TIMING_DEFAULTS): number => {
    const value = harness[name] ?? TIMING_DEFAULTS[name];
    return Number.isFinite(value) && value > 0 ? value : wrong(`${name} must be a number of milliseconds above 0.`);
  };
  const timing = {
    settleMs: bound("settleMs"),
    quietMs: bound("quietMs"),
    releaseMs: bound("releaseMs"),
    lookupTimeoutMs: bound("lookupTimeoutMs"),
  };
  if (timing.releaseMs >= timing.lookupTimeoutMs && harness.without?.stall === undefined) {
    wrong("releaseMs must be shorter than lookupTimeoutMs, or a time-out could pass for a release.");
  }
  return timing;
}
