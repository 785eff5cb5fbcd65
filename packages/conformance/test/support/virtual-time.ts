import { setImmediate } from "node:timers/promises";
import { vi } from "vitest";

/** More turns of the event loop than any request to the in-process registry takes, one after the other. */
const TURNS = 24;

/**
 * Runs something that waits, without waiting: time stands still while anything can happen, and then jumps to the next
 * timer. What comes out depends on no machine's speed or load. Not for what counts real timers.
 */
export async function inVirtualTime<T>(run: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  try {
    let over = false;
    const running = run().finally(() => {
      over = true;
    });
    running.catch(() => {});
    while (!over) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate();
      if (!over) vi.advanceTimersToNextTimer();
    }
    return await running;
  } finally {
    vi.useRealTimers();
  }
}
