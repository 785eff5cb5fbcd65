import { abortable } from "./abort.js";

/**
 * Calls `onItem` for each item until the signal aborts, and then lets go of the iterator even if it is stuck. Settles
 * when the iterator has cleaned up, except after a failure, which has to be heard of at once.
 */
export async function forEach<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  onItem: (item: T) => void,
): Promise<void> {
  if (signal.aborted) return;
  const iterator = source[Symbol.asyncIterator]();
  let leaving: Promise<void> | undefined;
  // A generator suspended at a `yield` cleans up now, one that is awaiting does when its await is over.
  const leave = () => {
    leaving ??= letGo(iterator);
  };
  signal.addEventListener("abort", leave);
  try {
    for (;;) {
      const result = await iterator.next();
      if (signal.aborted) return await leaving;
      if (result.done) return;
      onItem(result.value);
    }
  } catch (error) {
    leave();
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** The first item, or undefined if there is none. Lets go of the iterator. Rejects as soon as the signal aborts. */
export async function firstOf<T>(source: AsyncIterable<T>, signal: AbortSignal): Promise<T | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const result = await abortable(iterator.next(), signal);
    return result.done ? undefined : result.value;
  } finally {
    void letGo(iterator);
  }
}

/** For promises whose outcome matters to nobody any more. */
export async function ignore(promise: PromiseLike<unknown> | undefined): Promise<void> {
  try {
    await promise;
  } catch {
    // Whoever it mattered to has been told already.
  }
}

function letGo(iterator: AsyncIterator<unknown>): Promise<void> {
  return ignore((async () => iterator.return?.())());
}
