import type { Clock } from "./clock.js";

/** An abort signal with an owner. It aborts with its parent, or when closed; closing also leaves the parent. */
export interface Scope {
  readonly signal: AbortSignal;
  /** Idempotent. The first reason, of the parent or of `close`, stays. */
  close(reason?: unknown): void;
}

/**
 * `AbortSignal.any` would do the same but keeps no handle to let go of a long-lived parent with; a parent here has no
 * listener left once the scope is closed.
 */
export function openScope(parent?: AbortSignal): Scope {
  const controller = new AbortController();
  const close = (reason?: unknown) => {
    parent?.removeEventListener("abort", follow);
    controller.abort(reason);
  };
  const follow = () => close(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener("abort", follow);
  return { signal: controller.signal, close };
}

/** The promise's outcome, or a rejection with the signal's reason as soon as it aborts, even if the promise is stuck. */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => signal.removeEventListener("abort", abort);
    const abort = () => {
      leave();
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
    promise.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });
}

/** The promise's outcome, or a rejection with `late()` after `limitMs`. An infinite limit takes no timer. */
export function within<T>(promise: PromiseLike<T>, limitMs: number, clock: Clock, late: () => unknown): Promise<T> {
  if (limitMs === Number.POSITIVE_INFINITY) return Promise.resolve(promise);
  const limit = openScope();
  const timer = clock.schedule(limitMs, () => limit.close(late()));
  return abortable(promise, limit.signal).finally(() => timer.cancel());
}
