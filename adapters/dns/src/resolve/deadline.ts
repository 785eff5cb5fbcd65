import type { Clock } from "@rollcall/core";

/** The reason with which a deadline's signal aborts, unless somebody else's aborted before. */
export const TIME_OVER = Symbol("the time is over");

export interface Deadline {
  /** Aborts when the time is over ({@link TIME_OVER}), or when nobody wants the outcome any more. */
  readonly signal: AbortSignal;
  /** The whole time, in milliseconds. */
  readonly timeoutMs: number;
}

/** Does something that has to be over in time. Whatever of it is still under way at the end is aborted. */
export async function withDeadline<T>(
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
  act: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = clock.schedule(timeoutMs, () => over.abort(TIME_OVER));
  try {
    return await act({ signal: AbortSignal.any([signal, over.signal]), timeoutMs });
  } finally {
    timer.cancel();
    over.abort();
  }
}
