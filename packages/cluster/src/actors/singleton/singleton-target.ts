import type { Clock, Timer } from "@rollcall/core";
import { ActorError, isActorError } from "../actor-error.js";
import type { ActorId } from "../declaring/actor-id.js";
import type { AnyActorRef, CallOptions } from "../declaring/actor-types.js";
import { type Target, targetOf } from "../declaring/ref-shape.js";

export interface SingletonTargetContext {
  readonly name: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many calls may wait while there is no instance. */
  readonly bufferSize: number;
  /** The instance, as far as this node knows; another object each time it has moved. */
  readonly instance: () => AnyActorRef | undefined;
  /** Who it is while there is no instance. */
  readonly nobody: ActorId;
}

/** A call that was not handled yet, as far as is known. */
interface WaitingCall {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions | undefined;
  readonly until: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  timer: Timer | undefined;
  onAbort: (() => void) | undefined;
}

/** The codes of calls that an actor has not come to. */
const NOT_HANDLED: ReadonlySet<string> = new Set(["UNKNOWN_ACTOR", "ACTOR_STOPPED", "SHUT_DOWN"]);

/**
 * Whom a reference to a singleton calls: its instance, wherever that is. Calls that come while there is none wait for the
 * next; so do those that the last one did not come to. A call that it may have handled fails, as with any actor.
 */
export class SingletonTarget implements Target {
  readonly #context: SingletonTargetContext;
  #waiting: WaitingCall[] = [];
  #stopped = false;

  constructor(context: SingletonTargetContext) {
    this.#context = context;
  }

  /** That of the instance. */
  get id(): ActorId {
    const { instance, nobody } = this.#context;
    const ref = instance();
    return ref === undefined ? nobody : targetOf(ref).id;
  }

  /** How many calls wait for an instance. */
  get waiting(): number {
    return this.#waiting.length;
  }

  call(method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    const { clock, timeoutMs } = this.#context;
    return new Promise((resolve, reject) => {
      const until = clock.now() + (options?.timeoutMs ?? timeoutMs);
      this.#attempt({ method, args, options, until, resolve, reject, timer: undefined, onAbort: undefined });
    });
  }

  /** There may be an instance, or another one. */
  flush(): void {
    if (this.#waiting.length === 0 || this.#context.instance() === undefined) return;
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) {
      this.#release(call);
      this.#attempt(call);
    }
  }

  stop(): void {
    this.#stopped = true;
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) {
      this.#release(call);
      call.reject(this.#shutDown(call.method));
    }
  }

  #attempt(call: WaitingCall): void {
    const { clock, instance } = this.#context;
    const { method, args, options, resolve, until } = call;
    if (this.#stopped || options?.signal?.aborted) {
      call.reject(this.#stopped ? this.#shutDown(method) : options?.signal?.reason);
      return;
    }
    const ref = instance();
    // Nothing overtakes what has waited longer.
    if (ref === undefined || this.#waiting.length > 0) {
      this.#wait(call);
      return;
    }
    const target = targetOf(ref);
    const timeoutMs = Math.max(0, until - clock.now());
    target.call(method, args, { ...options, timeoutMs }).then(resolve, (error: unknown) => {
      if (this.#stopped || !isNotHandled(error, target.id)) call.reject(error);
      else if (instance() !== ref) this.#attempt(call);
      else this.#wait(call);
    });
  }

  #wait(call: WaitingCall): void {
    const { bufferSize, clock, name } = this.#context;
    const { method, options, reject, until } = call;
    if (this.#waiting.length >= bufferSize) {
      const message = `${this.#waiting.length} calls wait for an instance of the singleton ${name} already; settings.singletons.bufferSize allows no more.`;
      reject(new ActorError("MAILBOX_FULL", message, { actor: name, method }));
      return;
    }
    this.#waiting.push(call);
    call.timer = clock.schedule(Math.max(0, until - clock.now()), () => {
      const message = `No instance of the singleton ${name} came to ${method} in time; explain().actors.singletons says who hosts it, or why nobody does.`;
      this.#giveUp(call, new ActorError("TIMED_OUT", message, { actor: name, method }));
    });
    const signal = options?.signal;
    if (signal === undefined) return;
    call.onAbort = () => this.#giveUp(call, signal.reason);
    signal.addEventListener("abort", call.onAbort, { once: true });
  }

  #giveUp(call: WaitingCall, error: unknown): void {
    this.#waiting = this.#waiting.filter((other) => other !== call);
    this.#release(call);
    call.reject(error);
  }

  #release(call: WaitingCall): void {
    call.timer?.cancel();
    if (call.onAbort !== undefined) call.options?.signal?.removeEventListener("abort", call.onAbort);
  }

  #shutDown(method: string): ActorError {
    const { name } = this.#context;
    return new ActorError("SHUT_DOWN", `The system has been shut down; ${name} was not called.`, {
      actor: name,
      method,
    });
  }
}

/** Whether it was the instance itself that did not come to the call, and not one that it called in turn. */
function isNotHandled(error: unknown, id: ActorId): boolean {
  if (!isActorError(error) || !NOT_HANDLED.has(error.code)) return false;
  return error.actor === id.name || error.actor === id.toString();
}
