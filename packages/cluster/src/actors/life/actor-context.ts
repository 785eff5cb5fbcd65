import type { ActorId } from "../declaring/actor-id.js";
import type { ActorRef, AnyActor, AnyActorRef, Watch } from "../declaring/actor-types.js";

/** What an actor can do as an actor: `this.context`. */
export interface ActorContext {
  readonly id: ActorId;
  /** The reference to give to others: `this.context.ref<Greeter>()`. */
  ref<Self extends AnyActor>(): ActorRef<Self>;
  /** Has the actor's `terminated` called when another one is no more; ends when this one stops. */
  watchTermination(actor: AnyActorRef): Watch;
  /** Stops the actor once the call that is being handled is over. Resolves when it has stopped: do not wait for it there. */
  stop(): Promise<void>;
}
