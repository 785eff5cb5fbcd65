import { setImmediate } from "node:timers/promises";
import type { ServiceInstance } from "@rollcall/core";

/** A registry as adapters know them: texts under keys, requests that take a moment, a stream of "something changed". */
export class Registry {
  #records = new Map<string, string>();
  readonly #watchers = new Set<{ changed(): void; cut(error: Error): void }>();
  #away = false;
  #stalled: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  // What adapters use. Requests travel, and can be abandoned.

  async read(signal?: AbortSignal): Promise<readonly string[]> {
    await this.#travel(signal);
    const answer = [...this.#records.values()];
    await this.#travel(signal);
    return answer;
  }

  async has(key: string, signal?: AbortSignal): Promise<boolean> {
    await this.#travel(signal);
    return this.#records.has(key);
  }

  async put(key: string, text: string, signal?: AbortSignal): Promise<void> {
    await this.#travel(signal);
    this.putNow(key, text);
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    await this.#travel(signal);
    this.deleteNow(key);
  }

  /** Calls `changed` after each write, whether or not it made a difference, and `cut` when the registry goes away. */
  watch(watcher: { changed(): void; cut(error: Error): void }): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  // What the harness uses.

  putNow(key: string, text: string): void {
    this.#records.set(key, text);
    this.#tell();
  }

  deleteNow(key: string): void {
    this.#records.delete(key);
    this.#tell();
  }

  reverse(): void {
    this.#records = new Map([...this.#records].reverse());
    this.#tell();
  }

  goAway(): void {
    this.#away = true;
    for (const watcher of [...this.#watchers]) watcher.cut(new Error("registry closed the connection"));
    this.#watchers.clear();
  }

  stall(): void {
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#stalled = { over, end };
  }

  restore(): void {
    this.#away = false;
    this.#stalled?.end();
    this.#stalled = undefined;
  }

  async #travel(signal: AbortSignal | undefined): Promise<void> {
    await setImmediate();
    if (this.#stalled) await abandonable(this.#stalled.over, signal);
    signal?.throwIfAborted();
    if (this.#away) throw new Error("connection refused");
  }

  #tell(): void {
    if (this.#stalled || this.#away) return;
    for (const watcher of [...this.#watchers]) watcher.changed();
  }
}

export function encode(instance: ServiceInstance): string {
  return JSON.stringify(instance);
}

export function keyOf(instance: ServiceInstance): string {
  return `${instance.host}/${instance.port}`;
}

function abandonable(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    promise.then(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
  });
}
