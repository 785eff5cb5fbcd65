import type { Clock, Timer } from "@rollcall/core";
import { ActorError } from "./actor-error.js";
import type { ActorId } from "./actor-id.js";
import type { CallOptions } from "./actor-types.js";

/** A call that waits for its answer. */
export class PendingCall {
  readonly number: number;
  readonly to: ActorId;
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly expiresAt: number;
  /** Takes back what its own options set up; most calls have none. */
  release: (() => void) | undefined = undefined;

  constructor(
    number: number,
    to: ActorId,
    method: string,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    expiresAt: number,
  ) {
    this.number = number;
    this.to = to;
    this.method = method;
    this.resolve = resolve;
    this.reject = reject;
    this.expiresAt = expiresAt;
  }
}

export interface PendingCallsOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly limit: number;
}

/**
 * Calls to one node that wait for their answers. Those with the time-out of the settings expire in the order in which
 * they began, so that one timer does for all of them, set for the oldest.
 */
export class PendingCalls {
  readonly #options: PendingCallsOptions;
  /** By number; in the order in which they expire. */
  readonly #calls = new Map<number, PendingCall>();
  /** Those with a time-out of their own. */
  readonly #others = new Map<number, PendingCall>();
  #numbers = 0;
  #timer: Timer | undefined;
  /** The time of this turn; reading the clock for each call would be a good part of what it costs. */
  #now: number | undefined;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size + this.#others.size;
  }

  /** The number of the call that was added last. */
  get last(): number {
    return this.#numbers;
  }

  get isFull(): boolean {
    return this.size >= this.#options.limit;
  }

  add(
    to: ActorId,
    method: string,
    options: CallOptions | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): PendingCall {
    const number = ++this.#numbers;
    const { clock, timeoutMs } = this.#options;
    this.#now ??= clock.now();
    if (options === undefined) {
      const call = new PendingCall(number, to, method, resolve, reject, this.#now + timeoutMs);
      this.#calls.set(number, call);
      this.#timer ??= clock.schedule(timeoutMs, this.#expire);
      return call;
    }
    const ownMs = options.timeoutMs ?? timeoutMs;
    const call = new PendingCall(number, to, method, resolve, reject, this.#now + ownMs);
    this.#others.set(number, call);
    call.release = this.#arm(call, ownMs, options.signal);
    return call;
  }

  /** The turn is over: time may have passed when the next call is made. */
  turned(): void {
    this.#now = undefined;
  }

  /** Takes out a call whose answer is there; undefined if nobody waits for it any more. */
  take(number: number): PendingCall | undefined {
    const call = this.#calls.get(number);
    if (call !== undefined) {
      this.#calls.delete(number);
      return call;
    }
    const other = this.#others.get(number);
    if (other === undefined) return undefined;
    this.#others.delete(number);
    other.release?.();
    return other;
  }

  /** Fails all calls with numbers from `first` on. */
  fail(toError: (call: PendingCall) => unknown, first = 0): void {
    for (const calls of [this.#calls, this.#others]) {
      for (const call of [...calls.values()]) {
        if (call.number >= first) this.take(call.number)?.reject(toError(call));
      }
    }
    if (this.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(call: PendingCall, timeoutMs: number, signal: AbortSignal | undefined): () => void {
    const timer =
      timeoutMs < Number.POSITIVE_INFINITY
        ? this.#options.clock.schedule(timeoutMs, () => this.#timeOut(call, timeoutMs))
        : undefined;
    const abort = () => this.take(call.number)?.reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    return () => {
      timer?.cancel();
      signal?.removeEventListener("abort", abort);
    };
  }

  readonly #expire = (): void => {
    const { clock, timeoutMs } = this.#options;
    const now = clock.now();
    this.#timer = undefined;
    for (const call of this.#calls.values()) {
      if (call.expiresAt > now) {
        this.#timer = clock.schedule(call.expiresAt - now, this.#expire);
        return;
      }
      this.#timeOut(call, timeoutMs);
    }
  };

  #timeOut(call: PendingCall, timeoutMs: number): void {
    if (this.take(call.number) === undefined) return;
    const { to, method } = call;
    const message = `${to} did not answer ${method} within ${timeoutMs} ms; it may have handled the call all the same.`;
    call.reject(new ActorError("TIMED_OUT", message, { actor: to.toString(), method }));
  }
}
