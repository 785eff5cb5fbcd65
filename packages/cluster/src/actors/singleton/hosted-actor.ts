import type { ActorClass } from "../declaring/actor-types.js";

/** What a singleton may have besides what actors have. */
export interface SingletonHooks<State = unknown> {
  /**
   * Called when it becomes the instance, after `onStart` and before any call.
   *
   * @param state what `onPassivate` of the instance before has returned; undefined after a crash, and for the first
   */
  onActivate?(state: State | undefined): void | Promise<void>;
  /**
   * Called when it ceases to be the instance, after the last call and before `onStop`; the next instance starts after
   * that. What it returns is handed over to the next, and has to be something that can be sent.
   */
  onPassivate?(): State | Promise<State>;
}

/** What becomes of an instance. */
export interface HostedLife {
  readonly legacy: unknown;
  /** It takes in calls from now on. */
  readonly onActivated: () => void;
  /** It has passivated; not called if that failed, or if it never became active. */
  readonly onPassivated: (state: unknown) => void;
}

type Hooks = SingletonHooks & { onStart?(): unknown; onStop?(): unknown };

/** A class like the given one, of which an instance calls the hooks of singletons. */
export function hostedActor(actor: ActorClass, life: HostedLife): ActorClass {
  const Base = actor as unknown as new (...args: unknown[]) => Hooks;
  class Hosted extends Base {
    #isActive = false;

    override async onStart(): Promise<void> {
      await super.onStart?.();
      await this.onActivate?.(life.legacy);
      this.#isActive = true;
      life.onActivated();
    }

    override async onStop(): Promise<void> {
      try {
        if (this.#isActive) life.onPassivated(await this.onPassivate?.());
      } finally {
        await super.onStop?.();
      }
    }
  }
  Object.defineProperty(Hosted, "name", { value: actor.name });
  return Hosted as unknown as ActorClass;
}
