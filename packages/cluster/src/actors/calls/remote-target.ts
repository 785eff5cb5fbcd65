import type { UniqueNode } from "../../node.js";
import type { ActorError } from "../actor-error.js";
import type { ActorId } from "../declaring/actor-id.js";
import type { CallOptions } from "../declaring/actor-types.js";
import type { Target } from "../declaring/ref-shape.js";
import type { PeerChannel } from "./peer-channel.js";

export interface RemoteCallsContext {
  /** The channel to a node, unless that has gone or this one has stopped. */
  readonly channelTo: (peer: UniqueNode) => PeerChannel | undefined;
  /** Why there is none. */
  readonly refusal: (to: ActorId, method: string) => ActorError;
}

/** An actor of another node. */
export class RemoteTarget implements Target {
  readonly id: ActorId;
  readonly #context: RemoteCallsContext;
  #channel: PeerChannel | undefined;

  constructor(id: ActorId, context: RemoteCallsContext) {
    this.id = id;
    this.#context = context;
  }

  call(method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (this.#channel === undefined || this.#channel.isClosed) {
      this.#channel = this.#context.channelTo(this.id.node);
      if (this.#channel === undefined) return Promise.reject(this.#context.refusal(this.id, method));
    }
    return this.#channel.call(this.id, method, args, options);
  }
}
