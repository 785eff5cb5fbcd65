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
  /** Calls `callback` once after `delayMs` (≥ 0). */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** Node runs a timer of more than about 25 days at once, so a longer wait goes in stages. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** The process's monotonic clock. Its timers keep the process alive until they ran or were cancelled. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  schedule(delayMs: number, callback: () => void): Timer {
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      handle = setTimeout(
        () => (leftMs > LONGEST_TIMEOUT_MS ? wait(leftMs - LONGEST_TIMEOUT_MS) : callback()),
        Math.min(leftMs, LONGEST_TIMEOUT_MS),
      );
    };
    wait(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
});

/** Resolves after `delayMs`, or as soon as the signal aborts; look at the signal to tell which. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      timer?.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    let timer: Timer | undefined;
    signal?.addEventListener("abort", done);
    timer = clock.schedule(Math.max(0, delayMs), done);
  });
}
