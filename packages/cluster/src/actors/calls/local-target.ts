import { ActorError } from "../actor-error.js";
import type { ActorId } from "../declaring/actor-id.js";
import type { CallOptions } from "../declaring/actor-types.js";
import type { MethodTable } from "../declaring/method-table.js";
import type { Target } from "../declaring/ref-shape.js";
import type { ActorCell } from "../life/actor-cell.js";
import type { Behaviour, Delivery } from "./delivery.js";
import { invokeMethod } from "./invoke-method.js";
import type { PendingCalls } from "./pending-calls.js";

export interface LocalCallsContext {
  readonly pending: PendingCalls;
  readonly find: (name: string) => ActorCell | undefined;
  /** Why nothing can be called any more, if that is so. */
  readonly refusal: () => ActorError | undefined;
  readonly onDeadLetter: (to: ActorId, method: string) => void;
}

/**
 * Calls to actors of this node. They are handled like those from elsewhere, after the turn in which they are made and
 * one at a time; but arguments and results are passed on as they are, without a copy.
 */
export class LocalCalls {
  readonly #context: LocalCallsContext;
  #waiting: LocalCall[] = [];

  constructor(context: LocalCallsContext) {
    this.#context = context;
  }

  call(to: ActorId, method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    const { pending, refusal } = this.#context;
    return new Promise((resolve, reject) => {
      const refused = refusal();
      if (refused !== undefined) return reject(refused);
      if (options?.signal?.aborted) return reject(options.signal.reason);
      const { number } = pending.add(to, method, options, resolve, reject);
      if (this.#waiting.length === 0) queueMicrotask(this.#deliver);
      this.#waiting.push(new LocalCall(pending, number, to, method, args));
    });
  }

  readonly #deliver = (): void => {
    const calls = this.#waiting;
    this.#waiting = [];
    const { find, onDeadLetter, pending } = this.#context;
    pending.turned();
    for (const call of calls) {
      const cell = find(call.to.name);
      if (cell === undefined) {
        onDeadLetter(call.to, call.method);
        call.fail(unknownActor(call.to, call.method));
      } else {
        call.table = cell.table;
        cell.deliver(call);
      }
    }
  };
}

/** An actor of this node, as seen from it. */
export class LocalTarget implements Target {
  readonly id: ActorId;
  readonly #calls: LocalCalls;

  constructor(id: ActorId, calls: LocalCalls) {
    this.id = id;
    this.#calls = calls;
  }

  call(method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    return this.#calls.call(this.id, method, args, options);
  }
}

class LocalCall implements Delivery {
  readonly to: ActorId;
  readonly method: string;
  table: MethodTable | undefined;
  readonly #pending: PendingCalls;
  readonly #number: number;
  readonly #args: readonly unknown[];

  constructor(pending: PendingCalls, number: number, to: ActorId, method: string, args: readonly unknown[]) {
    this.to = to;
    this.method = method;
    this.#pending = pending;
    this.#number = number;
    this.#args = args;
  }

  invoke(actor: Behaviour): unknown {
    return invokeMethod(actor, this.table as MethodTable, this.method, this.#args);
  }

  succeed(value: unknown): void {
    this.#pending.take(this.#number)?.resolve(value);
  }

  fail(thrown: unknown): void {
    this.#pending.take(this.#number)?.reject(thrown);
  }
}

export function unknownActor(to: ActorId, method: string): ActorError {
  const message = `No actor called ${to.name} runs on ${to.node}: it has stopped, or there never was one.`;
  return new ActorError("UNKNOWN_ACTOR", message, { actor: to.toString(), method });
}
