import type { ActorRuntime, ActorsExplanation } from "./actors/actor-runtime.js";
import type { ActorRuntimeContext } from "./actors/actor-runtime-context.js";
import type { ClusterChange } from "./cluster-core.js";
import type { UniqueNode } from "./node.js";

export type CreateActorRuntime = (context: ActorRuntimeContext) => ActorRuntime;

/** What a frame for actors begins with. */
export const ACTOR_FRAME = 3;

/** Where a class of actors has what makes the runtime. Not imported from there, as nothing of it may be loaded here. */
export const RUNTIME: unique symbol = Symbol.for("@rollcall/cluster.actorRuntime") as never;

/** How much may wait for what runs actors to be loaded, in bytes. */
const WAITING_BYTES = 4 * 1024 * 1024;

/** What makes the runtime of actors, once this process has it. */
let loaded: CreateActorRuntime | undefined;

/**
 * Where the actors of a system are, if it has any. What runs them is no part of this module or of any that it imports:
 * it comes with the first class of actors, or is loaded when another node calls one; a node that has to do with none
 * does not pay for them.
 */
export class ActorHost {
  readonly #context: ActorRuntimeContext;
  #runtime: ActorRuntime | undefined;
  #waiting: { readonly from: UniqueNode; readonly frame: Uint8Array }[] = [];
  #waitingBytes = 0;
  #stopped = false;

  constructor(context: ActorRuntimeContext) {
    this.#context = context;
  }

  /** What runs the actors; made if need be. */
  runtime(create: CreateActorRuntime): ActorRuntime {
    loaded ??= create;
    if (this.#runtime === undefined) {
      this.#runtime = loaded(this.#context);
      if (this.#stopped) this.#runtime.stop();
    }
    return this.#runtime;
  }

  /** What runs the actors of a system for which there are references already: somebody has made them. */
  get existing(): ActorRuntime {
    if (loaded === undefined) throw new TypeError("No reference to an actor can have been made yet.");
    return this.runtime(loaded);
  }

  receive(from: UniqueNode, frame: Uint8Array): void {
    if (loaded !== undefined && this.#waiting.length === 0) {
      this.runtime(loaded).receive(from, frame);
      return;
    }
    if (this.#stopped || this.#waitingBytes + frame.length > WAITING_BYTES) return;
    if (this.#waiting.length === 0) {
      this.#load().catch((error: unknown) => {
        this.#waiting = [];
        this.#waitingBytes = 0;
        this.#context.logger.error(
          { err: error },
          "what runs actors cannot be loaded: calls from other nodes time out",
        );
      });
    }
    this.#waiting.push({ from, frame });
    this.#waitingBytes += frame.length;
  }

  changed(change: ClusterChange): void {
    this.#runtime?.changed(change);
  }

  connected(nodeId: string): void {
    this.#runtime?.connected(nodeId);
  }

  connectionLost(nodeId: string): void {
    this.#runtime?.connectionLost(nodeId);
  }

  async leave(): Promise<void> {
    await this.#runtime?.leave();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#runtime?.stop();
  }

  explain(): ActorsExplanation | undefined {
    return this.#runtime?.explain();
  }

  async #load(): Promise<void> {
    const { ActorRuntime } = await import("./actors/index.js");
    const runtime = this.runtime((context) => new ActorRuntime(context));
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { from, frame } of waiting) runtime.receive(from, frame);
  }
}
