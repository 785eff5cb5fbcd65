import type { Clock } from "./clock.js";
import { type DiscoveryError, requireOption } from "./discovery-error.js";
import { isPort } from "./endpoint.js";
import type { InstanceLike } from "./listing.js";
import type { Random } from "./random.js";
import type { ServiceInstance } from "./service-instance.js";

/** What core gives to each call of a definition. */
export interface SessionRequest {
  /** Aborts when the result is no longer wanted: by the caller, by a time-out, by dispose, or because it is over. */
  readonly signal: AbortSignal;
  /** For trouble that does not end the session, such as a renewal that failed and will be tried again. */
  readonly report: (problem: DiscoveryError) => void;
}

/** A lookup's answer that says how long it is good for. */
export interface Listed {
  readonly instances: Iterable<InstanceLike>;
  /** Milliseconds until polling asks again, held between `minPollMs` and `maxPollMs`. Default: `pollMs`. */
  readonly ttlMs?: number;
}

/** What a mechanism gives back for an instance that it now lists. */
export interface Registration {
  /** What is listed, if it is not what was asked. */
  readonly instance?: ServiceInstance;
  /**
   * Takes it out again; resolves when it is out. Called once, after the request's signal has aborted (so it needs
   * another signal for its own calls), and given `timeoutMs` to finish.
   */
  withdraw(): Promise<void>;
}

/** An adapter: a name and at least one of `lookup` and `subscribe`. */
export interface DiscoveryDefinition {
  /** Mechanism and what is looked for, such as `consul(orders)`. */
  readonly name: string;
  /** Asks once. Polled for subscriptions when there is no `subscribe`. */
  lookup?(request: SessionRequest): Promise<Iterable<InstanceLike> | Listed>;
  /**
   * One session: every listing as it becomes known, the first soon. It may repeat itself, and it throws when there is
   * trouble. Its first listing serves as the lookup when there is no `lookup`. Clean up in a `finally`, or on abort.
   */
  subscribe?(request: SessionRequest): AsyncIterable<Iterable<InstanceLike>>;
  /** Resolves once the mechanism lists the instance, and keeps it listed until the request's signal aborts. */
  announce?(self: ServiceInstance, request: SessionRequest): Promise<Registration>;
  /** Closes what is shared, once, after all sessions were ended and all announcements withdrawn. */
  dispose?(): Promise<void>;

  /**
   * Milliseconds from an answer to the next poll; each time up to a tenth sooner, so that nodes started together do not
   * poll together. Shorter finds nodes sooner and costs the registry more. Default 5000.
   */
  readonly pollMs?: number;
  /** The soonest poll that a time-to-live can bring about, in milliseconds. Default 1000. */
  readonly minPollMs?: number;
  /** The latest poll that a time-to-live can bring about, in milliseconds. Default 300,000. */
  readonly maxPollMs?: number;
  /** Milliseconds for a lookup or poll until `TIMED_OUT`, and for `withdraw` and `dispose`. Default 3000. */
  readonly timeoutMs?: number;
  /** The port of listed texts that name none. Without it such a text is malformed. */
  readonly defaultPort?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
}

/** What a definition gets when it does not say; milliseconds. */
export const DISCOVERY_DEFAULTS: Readonly<Record<"pollMs" | "minPollMs" | "maxPollMs" | "timeoutMs", number>> =
  Object.freeze({
    pollMs: 5_000,
    minPollMs: 1_000,
    maxPollMs: 300_000,
    timeoutMs: 3_000,
  });

/** The definition's timings with defaults filled in. @throws DiscoveryError `INVALID_OPTION`, naming the field */
export function checkDefinition(definition: DiscoveryDefinition): Record<keyof typeof DISCOVERY_DEFAULTS, number> {
  const { name, lookup, subscribe, defaultPort } = definition;
  const need = requireOption.bind(null, name || "defineDiscovery");
  need("name", typeof name === "string" && name !== "", "a text");
  need("lookup or subscribe", typeof (lookup ?? subscribe) === "function", "a function");
  const timings = { ...DISCOVERY_DEFAULTS };
  for (const field of Object.keys(timings) as (keyof typeof timings)[]) {
    const value = definition[field] ?? timings[field];
    need(field, typeof value === "number" && value > 0, "more than 0 ms");
    timings[field] = value;
  }
  need("minPollMs", timings.minPollMs <= timings.maxPollMs, `at most maxPollMs (${timings.maxPollMs})`);
  need("defaultPort", isPort(defaultPort ?? 1), "a port");
  return timings;
}
