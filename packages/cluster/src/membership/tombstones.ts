import type { UniqueNode } from "../node.js";

export interface TombstonesOptions {
  /** How long a removed incarnation is remembered, in milliseconds. */
  readonly ttlMs: number;
  /** How many are remembered at most; beyond that the oldest are forgotten. */
  readonly capacity: number;
}

/** Which incarnations have been removed and must never return. In order of removal, so that expiry is cheap. */
export class Tombstones {
  readonly #graves = new Map<string, { readonly node: UniqueNode; readonly until: number }>();
  readonly #options: TombstonesOptions;
  /** How many were forgotten before their time because there were too many. */
  forgotten = 0;

  constructor(options: TombstonesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#graves.size;
  }

  bury(node: UniqueNode, now: number): void {
    if (this.#graves.has(node.id)) return;
    this.#graves.set(node.id, { node, until: now + this.#options.ttlMs });
    this.expire(now);
    while (this.#graves.size > this.#options.capacity) {
      const oldest = this.#graves.keys().next().value as string;
      this.#graves.delete(oldest);
      this.forgotten++;
    }
  }

  /** The removed node with this id, if it is still remembered. */
  find(nodeId: string): UniqueNode | undefined {
    return this.#graves.get(nodeId)?.node;
  }

  expire(now: number): void {
    for (const [id, grave] of this.#graves) {
      if (grave.until > now) return;
      this.#graves.delete(id);
    }
  }
}
