import { AssertionError } from "node:assert";

/** Ends the case. The message says what was seen, then what the author of the adapter has to do. */
export function fail(message: string): never {
  throw new AssertionError({ message, stackStartFn: fail });
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError({ message, stackStartFn: check });
}

/** What became of a promise, so that a case can tell a value, a rejection and "still pending" apart. */
export type Outcome<T> =
  | { readonly state: "fulfilled"; readonly value: T }
  | { readonly state: "rejected"; readonly reason: unknown }
  | { readonly state: "pending" };

/** What became of the promise within so many milliseconds. Never rejects, and leaves no timer behind. */
export function outcome<T>(promise: PromiseLike<T>, ms: number): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ state: "pending" }), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve({ state: "fulfilled", value });
      },
      (reason) => {
        clearTimeout(timer);
        resolve({ state: "rejected", reason });
      },
    );
  });
}

/** The promise's value, or the end of the case with `late` when it takes longer. Rejections pass through. */
export async function within<T>(promise: PromiseLike<T>, ms: number, late: string): Promise<T> {
  const result = await outcome(promise, ms);
  if (result.state === "pending") return fail(`${late} (waited ${ms} ms).`);
  if (result.state === "rejected") throw result.reason;
  return result.value;
}
