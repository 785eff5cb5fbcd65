import type { TerminationReason } from "../declaring/actor-types.js";

type Listener = (reason: TerminationReason) => void;

/** Who watches which actors of one node, by their names. */
export class WatchList {
  readonly #listeners = new Map<string, Set<Listener>>();

  get size(): number {
    return this.#listeners.size;
  }

  names(): string[] {
    return [...this.#listeners.keys()];
  }

  /** @returns whether it is the first for that actor */
  add(actor: string, listener: Listener): boolean {
    const listeners = this.#listeners.get(actor);
    if (listeners !== undefined) {
      listeners.add(listener);
      return false;
    }
    this.#listeners.set(actor, new Set([listener]));
    return true;
  }

  /** @returns whether it was the last for that actor */
  remove(actor: string, listener: Listener): boolean {
    const listeners = this.#listeners.get(actor);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return false;
    this.#listeners.delete(actor);
    return true;
  }

  /** The actor is no more: tells those who watch it, once and for all. */
  fire(actor: string, reason: TerminationReason): void {
    const listeners = this.#listeners.get(actor);
    if (listeners === undefined) return;
    this.#listeners.delete(actor);
    for (const listener of listeners) listener(reason);
  }

  /** None of the actors is there any more. */
  fireAll(reason: TerminationReason): void {
    for (const actor of this.names()) this.fire(actor, reason);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
