/**
 * Distributed actors: objects with a mailbox that can be called from every node of a cluster.
 *
 * @packageDocumentation
 */

export {
  ACTOR_ERROR_CODES,
  ActorError,
  type ActorErrorCode,
  type ActorErrorDetails,
  isActorError,
  type RemoteFailure,
} from "./actor-error.js";
export type { ActorsExplanation, MessageHandler } from "./actor-runtime.js";
export { ActorRuntime } from "./actor-runtime.js";
export { actorsOf, deadLetters, stopActor, watchTermination } from "./actors-of.js";
export type { DeadLetter } from "./calls/dead-letters.js";
export { ActorId } from "./declaring/actor-id.js";
export type {
  ActorClass,
  ActorRef,
  ActorSpec,
  ActorTermination,
  AnyActor,
  AnyActorRef,
  CallOptions,
  MethodsOf,
  SpawnOptions,
  TerminationReason,
  Watch,
} from "./declaring/actor-types.js";
export { type DistributedOptions, distributed } from "./declaring/distributed.js";
export { DistributedActor } from "./declaring/distributed-actor.js";
export { actorId, isActorRef, withOptions } from "./declaring/ref-shape.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./declaring/standard-schema.js";
export type { ActorContext } from "./life/actor-context.js";
export { type ReceptionKey, receptionKey } from "./receptionist/reception-key.js";
export type { Receptionist, ReceptionistExplanation, RegistrationHandle } from "./receptionist/receptionist.js";
export { type AllocationSituation, onLeader, onOldest, type SingletonAllocation } from "./singleton/allocation.js";
export type { SingletonHooks } from "./singleton/hosted-actor.js";
export type { SingletonHostExplanation } from "./singleton/singleton-host.js";
export type { SingletonPhase } from "./singleton/singleton-machine.js";
export type {
  SingletonExplanation,
  SingletonSettings,
  SingletonSpec,
  Singletons,
} from "./singleton/singletons.js";
export { errorType, type WireType, wireType } from "./wire/wire-type.js";
