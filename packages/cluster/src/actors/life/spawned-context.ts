import type { ActorRuntime } from "../actor-runtime.js";
import type { Behaviour, Delivery } from "../calls/delivery.js";
import { ActorId } from "../declaring/actor-id.js";
import type { ActorRef, ActorTermination, AnyActor, AnyActorRef, Watch } from "../declaring/actor-types.js";
import type { ActorCell } from "./actor-cell.js";
import type { ActorContext } from "./actor-context.js";

/** The context of an actor that runs. */
export class SpawnedContext implements ActorContext {
  readonly #runtime: ActorRuntime;
  readonly #cell: ActorCell;

  constructor(runtime: ActorRuntime, cell: ActorCell) {
    this.#runtime = runtime;
    this.#cell = cell;
  }

  get id(): ActorId {
    return new ActorId(this.#runtime.self, this.#cell.name);
  }

  ref<Self extends AnyActor>(): ActorRef<Self> {
    return this.#runtime.refTo(this.id, this.#cell.table.shape) as ActorRef<Self>;
  }

  watchTermination(actor: AnyActorRef): Watch {
    const runtime = this.#runtime;
    const cell = this.#cell;
    const watch = runtime.watch(actor, (termination) => {
      cell.ended.delete(watch.unwatch);
      cell.notify(new TerminationNews(termination, (error) => runtime.reportFailure(cell.name, error)));
    });
    cell.ended.add(watch.unwatch);
    return watch;
  }

  stop(): Promise<void> {
    return this.#cell.stop();
  }
}

/** That an actor is no more, on its way to one that watches it. */
class TerminationNews implements Delivery {
  readonly #termination: ActorTermination;
  readonly #report: (error: unknown) => void;

  constructor(termination: ActorTermination, report: (error: unknown) => void) {
    this.#termination = termination;
    this.#report = report;
  }

  invoke(actor: Behaviour): unknown {
    return actor.terminated?.(this.#termination);
  }

  succeed(): void {}

  fail(error: unknown): void {
    this.#report(error);
  }
}
