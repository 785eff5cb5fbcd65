import { onAbort } from "./on-abort.js";

/**
 * Calls `onItem` for each item until it returns true or the signal aborts, and then lets go of the iterator even if it
 * is stuck. Settles
 * when the iterator has cleaned up, except after a failure, which has to be heard of at once.
 */
export async function forEach<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  onItem: (item: T) => unknown,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let leaving: Promise<void> | undefined;
  // A generator suspended at a `yield` cleans up now, one that is awaiting does when its await is over.
  const stop = onAbort(signal, () => {
    leaving = letGo(iterator);
  });
  try {
    for (;;) {
      const result = await iterator.next();
      if (signal.aborted) return await leaving;
      if (result.done) return;
      if (onItem(result.value) === true) return void letGo(iterator);
    }
  } catch (error) {
    void letGo(iterator);
    throw error;
  } finally {
    stop();
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
