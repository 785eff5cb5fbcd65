import { after, type Clock } from "./clock.js";
import { timedOut, toDiscoveryError } from "./discovery-error.js";
import { onAbort } from "./on-abort.js";

/** An abort signal with an owner. It aborts with any of its parents, or when closed; closing also leaves the parents. */
export interface Scope {
  readonly signal: AbortSignal;
  /** Idempotent. The first reason, of a parent or of `close`, stays. */
  close(reason?: unknown): void;
}

/**
 * `AbortSignal.any` would do the same but gives no way to let go of a long-lived parent; here a parent has no listener
 * left once the scope is closed. Nor does the option `signal` of `addEventListener`: Node.js then holds on for good to
 * whatever a scope that is never closed can reach.
 */
export function openScope(...parents: (AbortSignal | undefined)[]): Scope {
  const controller = new AbortController();
  const { signal } = controller;
  const leaving: (() => void)[] = [];
  const close = (reason?: unknown) => {
    controller.abort(reason);
    for (const leave of leaving) leave();
  };
  for (const parent of parents) {
    if (parent && !signal.aborted) leaving.push(onAbort(parent, () => close(parent.reason)));
  }
  return { signal, close };
}

/** The promise's outcome, or a rejection with the signal's reason as soon as it aborts, even if the promise is stuck. */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).then(leave);
  });
}

/** The promise's outcome, or after `limitMs` a `TIMED_OUT` that says what took so long. Failures are wrapped. */
export function within<T>(
  promise: PromiseLike<T>,
  limitMs: number,
  clock: Clock,
  adapter: string,
  what: string,
): Promise<T> {
  const limit = openScope();
  const cancel = after(clock, limitMs, () => limit.close(timedOut(adapter, what, limitMs)));
  return abortable(promise, limit.signal)
    .finally(cancel)
    .catch((error) => {
      throw toDiscoveryError(error, adapter);
    });
}
