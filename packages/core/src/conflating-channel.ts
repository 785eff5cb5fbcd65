/** Where a channel's producer stands. */
interface Outcome {
  /** Present when it ended in failure, until the consumer has heard of it. */
  readonly error?: { readonly thrown: unknown };
}

type Waiter<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Between a producer that pushes and a consumer that pulls at its own pace: holds the newest value and never a second
 * one. A value equal to the one the consumer already has takes back whatever was pending, so that the consumer never
 * sees the same twice in a row.
 */
export class ConflatingChannel<T> implements AsyncIterableIterator<T, undefined> {
  readonly #same: (a: T, b: T) => boolean;
  readonly #onReturn: () => void;
  readonly #waiting: Waiter<T>[] = [];
  #pending: { readonly value: T } | undefined;
  #taken: { readonly value: T } | undefined;
  #outcome: Outcome | undefined;

  /** @param onReturn called when the consumer leaves (`break`), so that the producer can stop */
  constructor(same: (a: T, b: T) => boolean = Object.is, onReturn: () => void = () => {}) {
    this.#same = same;
    this.#onReturn = onReturn;
  }

  /** Replaces what is pending. Ignored once the channel has ended. */
  push(value: T): void {
    if (this.#outcome) return;
    this.#pending = this.#taken && this.#same(this.#taken.value, value) ? undefined : { value };
    this.#settle();
  }

  /** Ends after what is pending. */
  end(): void {
    this.#outcome ??= {};
    this.#settle();
  }

  /** Throws at the consumer after what is pending, once. */
  fail(thrown: unknown): void {
    this.#outcome ??= { error: { thrown } };
    this.#settle();
  }

  /** Ends now: what is pending, a failure included, is dropped. */
  close(): void {
    this.#pending = undefined;
    this.#outcome = {};
    this.#settle();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#settle();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.close();
    this.#onReturn();
    return this.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #settle(): void {
    while (this.#waiting.length > 0 && (this.#pending || this.#outcome)) {
      const { resolve, reject } = this.#waiting.shift() as Waiter<T>;
      if (this.#pending) {
        this.#taken = this.#pending;
        this.#pending = undefined;
        resolve({ done: false, value: this.#taken.value });
      } else if (this.#outcome?.error) {
        const { thrown } = this.#outcome.error;
        this.#outcome = {};
        reject(thrown);
      } else {
        resolve({ done: true, value: undefined });
      }
    }
  }
}
