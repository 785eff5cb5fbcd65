import type { ExponentialBackoffOptions } from "@rollcall/core";
import { JoinError } from "./join-error.js";
import { PERMANENT_REJECTIONS } from "./rejection-pace.js";

/** The numbers a scheduler keeps to. All are optional; {@link JOIN_DEFAULTS} has the values taken otherwise. */
export interface JoinLimits {
  /**
   * Attempts under way at one moment, explicit requests included. More joins a little faster when most of what is
   * listed is dead; every attempt beyond the first that succeeds is wasted, as gossip brings the rest. 1–1000.
   */
  readonly maxConcurrentJoins: number;
  /** Endpoints remembered. What a listing has beyond that is left out, at random, counted and logged. At least 1. */
  readonly maxEndpoints: number;
  /**
   * How much of a head start a newcomer gets, in milliseconds, before the members of a cluster dial it: within this
   * time two of them do so on average, however many there are. An island waits at most this times log2 of the
   * members. 0 makes every member dial at once. See {@link spreadDelayMs}.
   */
  readonly spreadMs: number;
  /**
   * Changes of the membership are looked at together when they come closer than this, in milliseconds; the first is
   * looked at without delay. More costs time until an endpoint is tried again after its member was removed.
   */
  readonly coalesceMs: number;
  /** A policy that refused every candidate is asked again after this, in milliseconds. */
  readonly policyRetryMs: number;
  /** Rejection codes that are retried at the permanent pace from the first time on. */
  readonly permanentCodes: readonly string[];
}

/** The limits, and what the two backoffs are made from. */
export interface JoinDefaults extends JoinLimits {
  /**
   * Between attempts. Starts at 10 ms, because at a cold start the reason is nearly always a contact point that will
   * listen in a moment; grows to 3 s; after 32 failures goes on every 30 s for as long as the endpoint is listed.
   */
  readonly backoff: ExponentialBackoffOptions;
  /** After a rejection whose code looks permanent: 30 s from the first time on. */
  readonly permanentBackoff: ExponentialBackoffOptions;
}

/** The defaults, which code and documentation both read. */
export const JOIN_DEFAULTS: JoinDefaults = Object.freeze({
  maxConcurrentJoins: 3,
  maxEndpoints: 10_000,
  spreadMs: 2000,
  coalesceMs: 50,
  policyRetryMs: 1000,
  permanentCodes: PERMANENT_REJECTIONS,
  backoff: Object.freeze({ initialMs: 10, factor: 2, maxMs: 3000, settleAfter: 32, settledMs: 30_000 }),
  permanentBackoff: Object.freeze({ initialMs: 30_000, factor: 1, maxMs: 30_000 }),
});

/** Limits as a caller may write them. */
export type JoinLimitOptions = { readonly [Name in keyof JoinLimits]?: JoinLimits[Name] | undefined };

/**
 * Fills in defaults and checks each value.
 *
 * @throws JoinError `INVALID_OPTION`, naming the option
 */
export function resolveLimits(options: JoinLimitOptions): JoinLimits {
  const whole = (name: "maxConcurrentJoins" | "maxEndpoints", most: number): number => {
    const value = options[name] ?? JOIN_DEFAULTS[name];
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw invalidOption(name, value, `a whole number from 1 to ${most}`);
  };
  const duration = (name: "spreadMs" | "coalesceMs" | "policyRetryMs"): number => {
    const value = options[name] ?? JOIN_DEFAULTS[name];
    if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
    throw invalidOption(name, value, "a number of milliseconds, 0 or more");
  };
  const permanentCodes = options.permanentCodes ?? JOIN_DEFAULTS.permanentCodes;
  if (!Array.isArray(permanentCodes)) throw invalidOption("permanentCodes", permanentCodes, "an array of codes");
  return Object.freeze({
    maxConcurrentJoins: whole("maxConcurrentJoins", 1000),
    maxEndpoints: whole("maxEndpoints", Number.MAX_SAFE_INTEGER),
    spreadMs: duration("spreadMs"),
    coalesceMs: duration("coalesceMs"),
    policyRetryMs: duration("policyRetryMs"),
    permanentCodes: Object.freeze([...permanentCodes]),
  });
}

/** The error for an option or collaborator that cannot be used. */
export function invalidOption(name: string, value: unknown, expected: string): JoinError {
  return new JoinError("INVALID_OPTION", `The join scheduler's ${name} must be ${expected}, not ${String(value)}.`);
}
