import { promiseHooks } from "node:v8";

let watchers = 0;
let stopHook: (() => void) | undefined;
let seen = true;

function note(): void {
  seen = true;
}

/**
 * From now on {@link promisesMoved} tells whether any promise was made or settled in this process. Costs every promise
 * a little while it is on; call what is returned when it is no longer needed.
 */
export function watchPromises(): () => void {
  // A runtime without these hooks sees activity always, and is slow, but right.
  if (watchers++ === 0) stopHook = promiseHooks?.createHook({ init: note, settled: note }) as (() => void) | undefined;
  return () => {
    if (--watchers > 0) return;
    stopHook?.();
    stopHook = undefined;
    seen = true;
  };
}

/** Whether reactions of promises may be waiting to run. */
export function promisesMoved(): boolean {
  return seen || stopHook === undefined;
}

/**
 * Lets every promise reaction run that can, with all that follow from it. Whoever waits for this moves promises itself:
 * call {@link forgetPromises} right after.
 */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Nothing that has happened to promises so far is of interest. */
export function forgetPromises(): void {
  seen = false;
}
