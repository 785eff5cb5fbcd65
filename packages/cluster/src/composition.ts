// tsyringe throws when it is loaded without a Reflect polyfill. Whoever imports this package first has one.
import "reflect-metadata/lite";
import { randomBytes } from "node:crypto";
import { type ServiceDiscovery, systemClock, systemRandom } from "@rollcall/core";
import { createJoinScheduler, JOIN_TOKENS, type Joiner, type JoinScheduler, type MembershipView } from "@rollcall/join";
import { type DependencyContainer, type InjectionToken, container as root } from "tsyringe";
import type { ClusterSettings } from "./settings.js";
import { CLUSTER_TOKENS, type ClusterCollaborators } from "./tokens.js";
import { TcpTransport } from "./transport/tcp-transport.js";

/** The parts of one system that a user may have replaced. */
export interface Composition extends ClusterCollaborators {
  /** Makes the join scheduler once there is something to join with. */
  createScheduler(
    joiner: Joiner,
    membership: MembershipView,
    selfId: string,
    discovery: ServiceDiscovery | undefined,
  ): JoinScheduler;
}

/** The composition root: one child container a system, the settings' own registrations over the defaults. */
export function compose(settings: ClusterSettings): Composition {
  const container = root.createChildContainer();
  settings.register?.(container);
  const make = <T>(token: InjectionToken<T>, byDefault: () => T): T => {
    const made = container.isRegistered(token, true) ? container.resolve(token) : byDefault();
    // What is made once is pinned: collaborators that share a clock share the same one.
    container.registerInstance(token, made);
    return made;
  };
  const clock = make(CLUSTER_TOKENS.clock, () => systemClock);
  return {
    clock,
    random: make(CLUSTER_TOKENS.random, () => systemRandom),
    nodeId: make(CLUSTER_TOKENS.nodeId, () => () => randomBytes(8).toString("hex")),
    logger: make(CLUSTER_TOKENS.logger, () => settings.logger),
    transport: make(CLUSTER_TOKENS.transport, () => new TcpTransport(settings.association, clock)),
    createScheduler: (joiner, membership, selfId, discovery) =>
      scheduler(container, settings, joiner, membership, selfId, discovery),
  };
}

function scheduler(
  container: DependencyContainer,
  settings: ClusterSettings,
  joiner: Joiner,
  membership: MembershipView,
  selfId: string,
  discovery: ServiceDiscovery | undefined,
): JoinScheduler {
  const provide = <T>(token: InjectionToken<T>, make: () => T) => {
    if (!container.isRegistered(token, true)) container.register(token, { useFactory: make });
  };
  provide(JOIN_TOKENS.joiner, () => joiner);
  provide(JOIN_TOKENS.membership, () => membership);
  provide(JOIN_TOKENS.selfId, () => selfId);
  provide(JOIN_TOKENS.clock, () => container.resolve(CLUSTER_TOKENS.clock));
  provide(JOIN_TOKENS.random, () => container.resolve(CLUSTER_TOKENS.random));
  provide(JOIN_TOKENS.logger, () => container.resolve(CLUSTER_TOKENS.logger));
  provide(JOIN_TOKENS.backoff, () => settings.join.backoff);
  provide(JOIN_TOKENS.limits, () => ({ maxConcurrentJoins: settings.join.maxConcurrentJoins }));
  if (discovery !== undefined) provide(JOIN_TOKENS.discovery, () => discovery);
  return createJoinScheduler(container);
}
