// tsyringe throws when it is loaded without a Reflect polyfill. Whoever imports this package first has one.
import "reflect-metadata/lite";
import {
  type Backoff,
  type Clock,
  exponentialBackoff,
  type Random,
  type ServiceDiscovery,
  systemClock,
  systemRandom,
} from "@rollcall/core";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import { randomOrder } from "./candidate-policy.js";
import type { CandidatePolicy, Joiner, JoinLogger, MembershipView } from "./collaborators.js";
import { invalidOption, JOIN_DEFAULTS, type JoinLimitOptions } from "./join-defaults.js";
import { JoinScheduler } from "./join-scheduler.js";
import { quietJoinLogger } from "./quiet-join-logger.js";

/** What each token stands for. */
export interface JoinCollaborators {
  /** Makes the attempts. Has no default. */
  readonly joiner: Joiner;
  /** Has no default. */
  readonly membership: MembershipView;
  /** Has no default; without one only explicit requests are served. */
  readonly discovery: ServiceDiscovery;
  /** Our own node id. Has no default; without one we are recognised by the joiner's outcome alone. */
  readonly selfId: string;
  /** Default: the process's monotonic clock. */
  readonly clock: Clock;
  /** Default: the process's own source. Seed it for runs that can be repeated. */
  readonly random: Random;
  /** Default: exponential, `JOIN_DEFAULTS.backoff`. */
  readonly backoff: Backoff;
  /** Default: `JOIN_DEFAULTS.permanentBackoff`. */
  readonly permanentBackoff: Backoff;
  /** Default: random order, from the random source registered. */
  readonly policy: CandidatePolicy;
  /** Default: silent. */
  readonly logger: JoinLogger;
  /** The numbers; those that are left out have the value in `JOIN_DEFAULTS`. */
  readonly limits: JoinLimitOptions;
}

const token = <Name extends keyof JoinCollaborators>(name: Name): InjectionToken<JoinCollaborators[Name]> =>
  // Registered symbols, so that two installed copies of this package mean the same.
  Symbol.for(`@rollcall/join.${name}`);

/** What to register to replace a part of the scheduler: `container.register(JOIN_TOKENS.policy, { useValue: mine })`. */
export const JOIN_TOKENS = Object.freeze({
  joiner: token("joiner"),
  membership: token("membership"),
  discovery: token("discovery"),
  selfId: token("selfId"),
  clock: token("clock"),
  random: token("random"),
  backoff: token("backoff"),
  permanentBackoff: token("permanentBackoff"),
  policy: token("policy"),
  logger: token("logger"),
  limits: token("limits"),
}) satisfies { readonly [Name in keyof JoinCollaborators]: InjectionToken<JoinCollaborators[Name]> };

/**
 * Registers a default for each token that has one, unless it is registered already, here or in a parent. What is
 * registered later wins.
 */
export function registerJoinDefaults(container: DependencyContainer): void {
  const useDefault = <T>(token: InjectionToken<T>, useFactory: (container: DependencyContainer) => T) => {
    if (!container.isRegistered(token, true)) container.register(token, { useFactory });
  };
  useDefault(JOIN_TOKENS.clock, () => systemClock);
  useDefault(JOIN_TOKENS.random, () => systemRandom);
  useDefault(JOIN_TOKENS.backoff, () => exponentialBackoff(JOIN_DEFAULTS.backoff));
  useDefault(JOIN_TOKENS.permanentBackoff, () => exponentialBackoff(JOIN_DEFAULTS.permanentBackoff));
  useDefault(JOIN_TOKENS.policy, (resolver) => randomOrder(resolver.resolve(JOIN_TOKENS.random)));
  useDefault(JOIN_TOKENS.logger, () => quietJoinLogger);
  useDefault(JOIN_TOKENS.limits, () => ({}));
}

/**
 * Makes one system's scheduler out of what is registered in the container and, for the rest, the defaults.
 *
 * Works in a child container of its own, so that several systems can share a parent and nothing made for one is seen
 * by another. The scheduler is the caller's to start and to stop; the container disposes nothing of it.
 *
 * @throws JoinError `INVALID_OPTION` when the joiner or the membership is not registered
 */
export function createJoinScheduler(container: DependencyContainer): JoinScheduler {
  const child = container.createChildContainer();
  registerJoinDefaults(child);
  // tsyringe calls a factory again for each resolution. What is made once is pinned, so that collaborators which
  // share another one, such as a policy and the scheduler their random source, share the same object.
  const make = <T>(token: InjectionToken<T>): T => {
    const made = child.resolve(token);
    child.registerInstance(token, made);
    return made;
  };
  const need = <T>(token: InjectionToken<T>, name: keyof JoinCollaborators): T => {
    if (!child.isRegistered(token, true)) throw invalidOption(name, undefined, `registered as JOIN_TOKENS.${name}`);
    return make(token);
  };
  const option = <T>(token: InjectionToken<T>): T | undefined =>
    child.isRegistered(token, true) ? make(token) : undefined;
  return new JoinScheduler({
    ...make(JOIN_TOKENS.limits),
    clock: make(JOIN_TOKENS.clock),
    random: make(JOIN_TOKENS.random),
    logger: make(JOIN_TOKENS.logger),
    backoff: make(JOIN_TOKENS.backoff),
    permanentBackoff: make(JOIN_TOKENS.permanentBackoff),
    policy: make(JOIN_TOKENS.policy),
    membership: need(JOIN_TOKENS.membership, "membership"),
    joiner: need(JOIN_TOKENS.joiner, "joiner"),
    discovery: option(JOIN_TOKENS.discovery),
    selfId: option(JOIN_TOKENS.selfId),
  });
}
