import type { Clock, Timer } from "@rollcall/core";
import { ActorError } from "../actor-error.js";
import type { ActorId } from "../declaring/actor-id.js";
import type { CallOptions } from "../declaring/actor-types.js";
import { NumberedCalls } from "./numbered-calls.js";

/**
 * What calls made in the same turn of the event loop have in common: reading the clock for each, and keeping a number for
 * it, would be a good part of what a call costs.
 */
export interface Turn {
  /** When those of its calls expire that have no options of their own. */
  readonly expiresAt: number;
}

/** A call that waits for its answer. */
export class PendingCall {
  readonly number: number;
  readonly to: ActorId;
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly turn: Turn;
  /** Takes back what its own options set up; most calls have none. */
  release: (() => void) | undefined = undefined;

  constructor(
    number: number,
    to: ActorId,
    method: string,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    turn: Turn,
  ) {
    this.number = number;
    this.to = to;
    this.method = method;
    this.resolve = resolve;
    this.reject = reject;
    this.turn = turn;
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
  readonly #calls = new NumberedCalls();
  #timer: Timer | undefined;
  #turn: Turn | undefined;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The number of the call that was added last. */
  get last(): number {
    return this.#calls.last;
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
    const { clock, timeoutMs } = this.#options;
    this.#turn ??= { expiresAt: clock.now() + timeoutMs };
    const call = new PendingCall(this.#calls.last + 1, to, method, resolve, reject, this.#turn);
    this.#calls.add(call);
    if (options === undefined) this.#timer ??= clock.schedule(timeoutMs, this.#expire);
    else call.release = this.#arm(call, options.timeoutMs ?? timeoutMs, options.signal);
    return call;
  }

  /** The turn is over: time may have passed when the next call is made. */
  turned(): void {
    this.#turn = undefined;
  }

  /** Takes out a call whose answer is there; undefined if nobody waits for it any more. */
  take(number: number): PendingCall | undefined {
    const call = this.#calls.take(number);
    if (call?.release !== undefined) call.release();
    return call;
  }

  /** Fails all calls with numbers from `first` on. */
  fail(toError: (call: PendingCall) => unknown, first = 0): void {
    for (const call of this.#calls) {
      if (call.number >= first) this.take(call.number)?.reject(toError(call));
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
    for (const call of this.#calls) {
      // It has a timer of its own.
      if (call.release !== undefined) continue;
      const { expiresAt } = call.turn;
      if (expiresAt > now) {
        this.#timer = clock.schedule(expiresAt - now, this.#expire);
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
