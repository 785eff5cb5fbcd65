import type { ActorId } from "./actor-id.js";
import type { DistributedActor, METHODS } from "./distributed-actor.js";

/** Any actor. */
export type AnyActor = DistributedActor<string>;

/** A class of actors that can be spawned. */
export type ActorClass = new (...args: never[]) => AnyActor;

/** The names of the distributed methods of an actor. */
export type MethodsOf<Actor> = Actor extends { readonly [METHODS]?: infer Names extends string } ? Names : never;

/** What the class's constructor takes. */
export type ArgumentsOf<Class> = Class extends new (...args: infer Args) => unknown ? Args : never;

declare const ACTOR: unique symbol;

/** That something is a reference to an actor; which methods it has is up to {@link ActorRef}. */
export interface AnyActorRef {
  readonly [ACTOR]: unknown;
}

/**
 * A reference to an actor, wherever that runs: it has the actor's distributed methods, all of which return promises, and
 * nothing else. It can be sent in messages. Its id is given by `actorId`.
 */
export type ActorRef<Actor extends AnyActor = AnyActor> = AnyActorRef & {
  readonly [Name in MethodsOf<Actor> & keyof Actor]: Remotely<Actor[Name]>;
};

type Remotely<Method> = Method extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Awaited<Result>>
  : never;

/** Names among the distributed ones that are no public method of the actor. */
type Missing<Actor> = {
  [Name in MethodsOf<Actor>]: Name extends keyof Actor
    ? Actor[Name] extends (...args: never[]) => unknown
      ? never
      : Name
    : Name;
}[MethodsOf<Actor>];

/** A class of which every distributed name is a public method. */
export type Sound<Class extends ActorClass> = [Missing<InstanceType<Class>>] extends [never]
  ? Class
  : { readonly "not a public method of the class": Missing<InstanceType<Class>> };

/** How to spawn an actor otherwise than by default. */
export interface SpawnOptions {
  /**
   * A well-known name: letters, digits and `_ - . : $`. Default: the class's name and a number. Names that begin with `$`
   * are Rollcall's own.
   */
  readonly name?: string | undefined;
  /** Whether calls are handled as they come, also while others are waiting for something. Default false. */
  readonly reentrant?: boolean | undefined;
  /** How many calls may wait. Default `settings.actors.mailboxSize`. */
  readonly mailboxSize?: number | undefined;
}

/** A class and how to spawn it. */
export interface ActorSpec<Class extends ActorClass> extends SpawnOptions {
  readonly actor: Class;
}

/** How long to wait for the answer to a call. */
export interface CallOptions {
  /** In milliseconds. Default `settings.actors.callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** The call fails with the signal's reason when it aborts. The actor handles it all the same, once it has been sent. */
  readonly signal?: AbortSignal | undefined;
}

/** Why an actor is no more. */
export type TerminationReason = "stopped" | "node-down" | "unknown";

/** What whoever watches an actor is told when it is no more. */
export interface ActorTermination {
  readonly id: ActorId;
  /**
   * `stopped`: the actor has; `node-down`: its node has left or was lost; `unknown`: there was none of that name when the
   * watch began.
   */
  readonly reason: TerminationReason;
}

/** A watch that lasts until it fires or is ended; ending it twice, or after it fired, does nothing. */
export interface Watch extends Disposable {
  unwatch(): void;
}
