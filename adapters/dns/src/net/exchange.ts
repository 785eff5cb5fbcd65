export interface Settling<T> {
  /** Settles with a value; undefined, which is what was not accepted, is passed over. */
  resolve(value: T | undefined): void;
  reject(error: unknown): void;
}

/** A promise around something that is opened and has to be closed, once, when it settles or the signal aborts. */
export function exchange<T>(signal: AbortSignal, open: (settling: Settling<T>) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let isOver = false;
    const over = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener("abort", onAbort);
      close();
      settle();
    };
    const onAbort = () => over(() => reject(signal.reason));
    const close = open({
      resolve: (value) => value !== undefined && over(() => resolve(value)),
      reject: (error) => over(() => reject(error)),
    });
    signal.addEventListener("abort", onAbort);
  });
}
