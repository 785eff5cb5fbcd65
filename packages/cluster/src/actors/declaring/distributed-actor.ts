import { ActorError } from "../actor-error.js";
import { ActorRuntime } from "../actor-runtime.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import type { ActorContext } from "../life/actor-context.js";
import { refuse } from "../wire/value-codec.js";
import type { ActorTermination } from "./actor-types.js";
import { CONTEXT, NAMES, RUNTIME } from "./symbols.js";

export declare const METHODS: unique symbol;

/**
 * What an actor is: an object with a mailbox, whose distributed methods can be called from other nodes, one call at a
 * time. The type parameter names these methods; mark each with `@distributed()`, or name them once, as values, with
 * {@link DistributedActor.with}.
 */
export abstract class DistributedActor<Methods extends string = never> {
  declare readonly [METHODS]?: Methods;
  /** @internal */
  [CONTEXT]: ActorContext | undefined = undefined;

  /**
   * The base of a class whose distributed methods are these; for programs without decorators.
   *
   *     class Greeter extends DistributedActor.with("greet") { … }
   */
  static with<Names extends string>(...names: Names[]): abstract new () => DistributedActor<Names> {
    abstract class NamedActor extends DistributedActor<Names> {
      static readonly [NAMES]: readonly string[] = Object.freeze(names);
    }
    return NamedActor;
  }

  /** @internal How the system that spawns the first actor gets to know what runs them. */
  static [RUNTIME](context: ActorRuntimeContext): ActorRuntime {
    return new ActorRuntime(context);
  }

  /**
   * What the actor can do as an actor: who it is, its system, watching others, stopping itself.
   *
   * @throws ActorError `INVALID_ACTOR` in the constructor, and in an object that was not spawned
   */
  protected get context(): ActorContext {
    const context = this[CONTEXT];
    if (context !== undefined) return context;
    const message = `${this.constructor.name} has no context: it is there once the actor has been spawned, from onStart on.`;
    throw new ActorError("INVALID_ACTOR", message);
  }

  /** Called first; calls wait until it is over. If it throws the actor stops. */
  protected onStart?(): void | Promise<void>;
  /** Called last, when the call that was being handled is over. */
  protected onStop?(): void | Promise<void>;
  /** Called, in turn with other calls, when an actor that this one watches is no more. */
  protected terminated?(termination: ActorTermination): void | Promise<void>;
}

refuse(DistributedActor, "it is an actor itself; send a reference to it, this.context.ref()");
