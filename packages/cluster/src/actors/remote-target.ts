import type { UniqueNode } from "../node.js";
import type { ActorId } from "./actor-id.js";
import type { CallOptions } from "./actor-types.js";
import { nodeDown, type PeerChannel } from "./peer-channel.js";
import type { Target } from "./ref-shape.js";

/** An actor of another node. */
export class RemoteTarget implements Target {
  readonly id: ActorId;
  readonly #channelTo: (peer: UniqueNode) => PeerChannel | undefined;
  #channel: PeerChannel | undefined;

  /** @param channelTo gives nothing when the node has gone */
  constructor(id: ActorId, channelTo: (peer: UniqueNode) => PeerChannel | undefined) {
    this.id = id;
    this.#channelTo = channelTo;
  }

  call(method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (this.#channel === undefined || this.#channel.isClosed) this.#channel = this.#channelTo(this.id.node);
    return this.#channel?.call(this.id, method, args, options) ?? Promise.reject(nodeDown(this.id, method));
  }
}
