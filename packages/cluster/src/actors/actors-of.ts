import type { ClusterSystem } from "../cluster-system.js";
import { ActorRuntime } from "./actor-runtime.js";
import type { DeadLetter } from "./calls/dead-letters.js";
import type { ActorTermination, AnyActorRef, Watch } from "./declaring/actor-types.js";

/** What a system has of actors; made if it has none yet. For what is built on them. */
export function actorsOf(system: ClusterSystem): ActorRuntime {
  return system.actors((context) => new ActorRuntime(context));
}

/**
 * Calls `listener` when an actor is no more: it has stopped, or its node has gone. Once, and never before this returns;
 * at once if the actor is not there. Not if the watch has been ended, or the system shut down.
 */
export function watchTermination(
  system: ClusterSystem,
  actor: AnyActorRef,
  listener: (termination: ActorTermination) => void,
): Watch {
  return actorsOf(system).watch(actor, listener);
}

/**
 * Stops an actor of this node once the call that it handles is over; what waits fails with `ACTOR_STOPPED`. Resolves when
 * it has stopped.
 *
 * @throws ActorError `NOT_LOCAL`
 */
export function stopActor(system: ClusterSystem, actor: AnyActorRef): Promise<void> {
  return actorsOf(system).stopActor(actor);
}

/** Calls that reached this node for actors that it does not have, as they come; each loop over it is a subscription. */
export function deadLetters(system: ClusterSystem): AsyncIterable<DeadLetter> {
  return actorsOf(system).deadLetters;
}
