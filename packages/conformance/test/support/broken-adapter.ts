import type { Listing, ServiceDiscovery } from "@rollcall/core";
import type { TestedDiscovery } from "../../src/index.js";
import type { HandWrittenOptions } from "./hand-written.js";

/** An adapter with one thing wrong, and what the suite must say about it. */
export interface BrokenAdapter {
  /** Completes "an adapter that …". */
  readonly that: string;
  readonly make: (options: HandWrittenOptions) => TestedDiscovery;
  /** The case that is meant to reject it. */
  readonly rejectedBy: string;
  /** What the author reads. */
  readonly says: RegExp;
  /** Other cases that cannot but fail as well; or, when they would be a long list, how many at most. */
  readonly also?: readonly string[] | number;
}

/** An adapter whose subscriptions hand out something else; endings and failures pass through. */
export function altered(
  discovery: TestedDiscovery,
  start: () => (listing: Listing) => Listing | undefined,
): TestedDiscovery {
  return replaced(discovery, {
    subscribe(request) {
      const inner = discovery.subscribe(request)[Symbol.asyncIterator]();
      const alter = start();
      return iterable({
        async next() {
          for (;;) {
            const result = await inner.next();
            if (result.done) return result;
            const value = alter(result.value);
            if (value !== undefined) return { done: false, value };
          }
        },
        return: () => inner.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      });
    },
  });
}

/** The discovery with some members replaced; it keeps its own `this`. */
export function replaced(discovery: TestedDiscovery, members: Partial<TestedDiscovery>): TestedDiscovery {
  return new Proxy(discovery, {
    get(target, key) {
      const value = Reflect.get(key in members ? members : target, key, key in members ? members : target);
      return typeof value === "function" && !(key in members) ? value.bind(target) : value;
    },
  });
}

export function iterable(iterator: AsyncIterator<Listing>): ReturnType<ServiceDiscovery["subscribe"]> {
  return { [Symbol.asyncIterator]: () => iterator };
}
