/** What {@link conflatingChannel} gives: a producer's side and a consumer's side. */
export interface ConflatingChannel<T> extends AsyncIterableIterator<T, undefined> {
  /** Replaces what is pending. Does nothing once the channel has ended, as do the next two. */
  push(value: T): void;
  /** Ends after what is pending. */
  end(): void;
  /** Throws at the consumer after what is pending, once. */
  fail(thrown: unknown): void;
  /** Ends now: what is pending, a failure included, is dropped. */
  close(): void;
  return(): Promise<IteratorResult<T, undefined>>;
}

type Waiter<T> = [resolve: (result: IteratorResult<T, undefined>) => void, reject: (error: unknown) => void];

/**
 * Between a producer that pushes and a consumer that pulls at its own pace: holds the newest value and never a second
 * one. A value equal to the one the consumer has already takes back whatever was pending, so that the consumer never
 * sees the same twice in a row.
 *
 * @param onEnd called once, when producer or consumer ends it
 */
export function conflatingChannel<T>(same: (a: T, b: T) => boolean, onEnd: () => void): ConflatingChannel<T> {
  const waiting: Waiter<T>[] = [];
  let pending: [value: T] | undefined;
  let taken: [value: T] | undefined;
  let failure: [thrown: unknown] | undefined;
  let over = false;

  const settle = () => {
    while (waiting.length > 0 && (pending || over)) {
      const [resolve, reject] = waiting.shift() as Waiter<T>;
      if (pending) {
        taken = pending;
        pending = undefined;
        resolve({ done: false, value: taken[0] });
      } else if (failure) {
        reject(failure[0]);
        failure = undefined;
      } else resolve({ done: true, value: undefined });
    }
  };
  const finish = (error?: [thrown: unknown]) => {
    if (over) return;
    over = true;
    failure = error;
    settle();
    onEnd();
  };
  const close = () => {
    pending = undefined;
    failure = undefined;
    finish();
  };
  const next = () =>
    new Promise<IteratorResult<T, undefined>>((...waiter) => {
      waiting.push(waiter);
      settle();
    });
  return {
    push(value) {
      if (over) return;
      pending = taken && same(taken[0], value) ? undefined : [value];
      settle();
    },
    end: () => finish(),
    fail: (thrown) => finish([thrown]),
    close,
    next,
    return() {
      close();
      return next();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
