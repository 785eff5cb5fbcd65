// tsyringe throws when it is loaded without a Reflect polyfill. Whoever imports this package first has one.
import "reflect-metadata/lite";
import { createJoinScheduler, JOIN_TOKENS } from "@rollcall/join";
import { type DependencyContainer, type InjectionToken, container as root } from "tsyringe";
import type { Choose, Composition, JoinParts } from "./composition.js";
import type { ClusterSettings } from "./settings.js";
import type { CLUSTER_TOKENS, ClusterCollaborators } from "./tokens.js";

/**
 * Puts a system together in a child container of its own: what is registered there replaces the defaults. It is handed
 * what it shares with the rest: to import that would make a file of its own of it, which every node had to load.
 */
export function composeInContainer(
  settings: ClusterSettings,
  register: (container: DependencyContainer) => void,
  tokens: typeof CLUSTER_TOKENS,
  chooseParts: (choose: Choose) => ClusterCollaborators,
): Composition {
  const container = root.createChildContainer();
  register(container);
  const choose: Choose = (name, byDefault) => {
    const token = tokens[name] as InjectionToken<ClusterCollaborators[typeof name]>;
    const made = container.isRegistered(token, true) ? container.resolve(token) : byDefault();
    // What is made once is pinned: collaborators that share a clock share the same one.
    container.registerInstance(token, made);
    return made;
  };
  return {
    ...chooseParts(choose),
    createScheduler: (parts) => createScheduler(container, tokens, settings, parts),
  };
}

function createScheduler(
  container: DependencyContainer,
  tokens: typeof CLUSTER_TOKENS,
  settings: ClusterSettings,
  parts: JoinParts,
) {
  const provide = <T>(token: InjectionToken<T>, make: () => T) => {
    if (!container.isRegistered(token, true)) container.register(token, { useFactory: make });
  };
  provide(JOIN_TOKENS.joiner, () => parts.joiner);
  provide(JOIN_TOKENS.membership, () => parts.membership);
  provide(JOIN_TOKENS.selfId, () => parts.selfId);
  provide(JOIN_TOKENS.clock, () => container.resolve(tokens.clock));
  provide(JOIN_TOKENS.random, () => container.resolve(tokens.random));
  provide(JOIN_TOKENS.logger, () => container.resolve(tokens.logger));
  provide(JOIN_TOKENS.backoff, () => settings.join.backoff);
  provide(JOIN_TOKENS.limits, () => ({ maxConcurrentJoins: settings.join.maxConcurrentJoins }));
  const { discovery } = parts;
  if (discovery !== undefined) provide(JOIN_TOKENS.discovery, () => discovery);
  return createJoinScheduler(container);
}
