import type { Clock } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import { inWords } from "../in-words.js";

export interface WaitOptions {
  /** How long to wait, in milliseconds. Default: for ever. */
  readonly withinMs?: number;
  /** Gives up early; the wait rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Wait {
  /** Looks whether it is over, one way or the other. */
  readonly check: () => void;
  readonly fail: (error: unknown) => void;
}

/** Promises that settle when a condition comes true, looked at on every change and never by polling. */
export class Waits {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param probe gives the value waited for, or undefined if it is not there yet; throws if it can never be
   * @param describe what was seen instead, for the error when time is up
   * @throws ClusterError `WAIT_TIMED_OUT`, `SHUT_DOWN` or `INVALID_SETTING`, or whatever `probe` throws
   */
  until<T>(probe: () => T | undefined, options: WaitOptions, describe: () => string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { withinMs, signal } = options;
      const isTime = withinMs === undefined || (typeof withinMs === "number" && withinMs >= 0);
      requireArgument("waiting", "withinMs", withinMs, isTime, "a number of milliseconds");
      const settle = (action: () => void) => {
        this.#waits.delete(wait);
        timer?.cancel();
        signal?.removeEventListener("abort", abort);
        action();
      };
      const fail = (error: unknown) => settle(() => reject(error));
      const abort = () => fail(signal?.reason);
      const wait: Wait = {
        fail,
        check: () => {
          try {
            const value = probe();
            if (value !== undefined) settle(() => resolve(value));
          } catch (error) {
            fail(error);
          }
        },
      };
      const late = () => {
        fail(new ClusterError("WAIT_TIMED_OUT", `Not within ${withinMs} ms: ${describe()}`));
      };
      const timer = withinMs === undefined ? undefined : this.#clock.schedule(withinMs, late);
      this.#waits.add(wait);
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      else wait.check();
      if (this.#ended && this.#waits.has(wait)) fail(shutDown());
    });
  }

  /** Something changed: looks at every condition. */
  check(): void {
    for (const wait of [...this.#waits]) wait.check();
  }

  /** Nothing will change any more: fails whatever still waits. */
  end(): void {
    this.#ended = true;
    for (const wait of [...this.#waits]) wait.fail(shutDown());
  }
}

/** @throws ClusterError `INVALID_SETTING` unless the condition holds, naming the method and its argument */
export function requireArgument(method: string, name: string, value: unknown, holds: boolean, wanted: string): void {
  if (!holds)
    throw new ClusterError("INVALID_SETTING", `${method}: ${name} is ${inWords(value)}; it has to be ${wanted}.`);
}

function shutDown(): ClusterError {
  return new ClusterError("SHUT_DOWN", "The system has been shut down; nothing will change any more.");
}
