import { requireOption } from "./discovery-error.js";
import type { Random } from "./random.js";

/** How long to wait before trying again. */
export interface Backoff {
  /**
   * @param failures how many attempts have failed so far, from 1
   * @returns milliseconds to wait before the next attempt
   */
  delayMs(failures: number, random: Random): number;
}

export interface ExponentialBackoffOptions {
  /** Milliseconds after the first failure. */
  readonly initialMs: number;
  /** Each delay is this many times the one before. Default 1.5. */
  readonly factor?: number;
  /** No delay is longer, jitter aside, in milliseconds. */
  readonly maxMs: number;
  /** Delays vary by this fraction up and down, so that nodes do not try in step. 0–1, default 0.2. */
  readonly jitter?: number;
  /** After this many failures wait `settledMs` each time. Default: never. */
  readonly settleAfter?: number;
  /** The delay, in milliseconds, once `settleAfter` failures have been seen. Default `maxMs`. */
  readonly settledMs?: number;
}

/**
 * Exponential backoff with proportional jitter and an optional slow final pace.
 *
 * @throws DiscoveryError `INVALID_OPTION` naming the option
 */
export function exponentialBackoff(options: ExponentialBackoffOptions): Backoff {
  const { initialMs, factor = 1.5, maxMs, jitter = 0.2, settleAfter = Infinity } = options;
  const { settledMs = maxMs } = options;
  for (const [option, value] of Object.entries({ initialMs, factor, maxMs, jitter, settledMs })) {
    requireOption("exponentialBackoff", option, value >= 0, "at least 0");
  }
  return {
    delayMs(failures, random) {
      // After very many failures the power is infinite, and nothing times infinity is not a number.
      const grown = Math.min(maxMs, initialMs * factor ** (failures - 1)) || 0;
      const base = failures > settleAfter ? settledMs : grown;
      return base * (1 + jitter * (2 * random() - 1));
    },
  };
}
