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
  const { initialMs, factor = 1.5, maxMs, jitter = 0.2, settleAfter = Number.POSITIVE_INFINITY } = options;
  const { settledMs = maxMs } = options;
  requireOption(initialMs >= 0, "exponentialBackoff", "initialMs", "a number of milliseconds, at least 0");
  requireOption(maxMs >= initialMs, "exponentialBackoff", "maxMs", `at least initialMs (${initialMs})`);
  requireOption(factor >= 1, "exponentialBackoff", "factor", "at least 1");
  requireOption(jitter >= 0 && jitter <= 1, "exponentialBackoff", "jitter", "between 0 and 1");
  requireOption(settleAfter >= 0, "exponentialBackoff", "settleAfter", "a number of failures, at least 0");
  requireOption(settledMs >= 0, "exponentialBackoff", "settledMs", "a number of milliseconds, at least 0");
  return {
    delayMs(failures, random) {
      // After very many failures the power is infinite, and nothing times infinity is not a number.
      const grown = initialMs === 0 ? 0 : initialMs * factor ** (failures - 1);
      const base = failures > settleAfter ? settledMs : Math.min(maxMs, grown);
      return base * (1 + jitter * (2 * random() - 1));
    },
  };
}
