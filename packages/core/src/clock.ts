import { onAbort } from "./on-abort.js";

/** A pending call; cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Where time comes from. Everything that waits takes one, so that tests and simulations run in virtual time.
 */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes backwards, whatever happens to the wall clock. */
  now(): number;
  /** Calls `callback` once after `delayMs` (≥ 0), never before `schedule` has returned. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** What `setTimeout` takes; it runs anything longer at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/**
 * The process's monotonic clock. Its timers keep the process alive until they ran or were cancelled, and none waits
 * longer than 24 days.
 */
export const systemClock: Clock = Object.freeze({
  // Not performance.now(): the modules behind it are loaded at first use, which takes more than a millisecond.
  now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1_000 + nanoseconds / 1_000_000;
  },
  schedule(delayMs: number, callback: () => void): Timer {
    if (delayMs <= 0) {
      // A time-out of 0 takes a millisecond; what is due now should run when the turn is over.
      const handle = setImmediate(callback);
      return { cancel: () => clearImmediate(handle) };
    }
    // Fractions would be cut off: whoever is called too early has to wait again.
    const handle = setTimeout(callback, Math.min(Math.ceil(delayMs), LONGEST_TIMEOUT_MS));
    return { cancel: () => clearTimeout(handle) };
  },
});

/** Calls `act` after `delayMs`, or never if that is infinite. Returns what cancels. */
export function after(clock: Clock, delayMs: number, act: () => void): () => void {
  const timer = delayMs < Infinity ? clock.schedule(Math.max(0, delayMs), act) : undefined;
  return () => timer?.cancel();
}

/** Resolves after `delayMs`, or as soon as the signal aborts; look at the signal to tell which. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(clock, delayMs, () => {
      leave?.();
      resolve();
    });
    const leave =
      signal &&
      onAbort(signal, () => {
        cancel();
        resolve();
      });
  });
}
