import { ActorError, Refusal } from "../actor-error.js";
import type { MethodTable } from "../declaring/method-table.js";
import { toFailure } from "../wire/failure-codec.js";
import type { WireTypes } from "../wire/wire-context.js";
import type { Behaviour, Delivery } from "./delivery.js";
import { invokeMethod } from "./invoke-method.js";
import type { PeerChannel } from "./peer-channel.js";

/** What answers are written with. */
export interface AnswerContext {
  readonly types: WireTypes;
  readonly exposeStacks: boolean;
}

/** A call from another node to an actor here. */
export class RemoteCall implements Delivery {
  readonly #from: PeerChannel;
  readonly #number: number;
  readonly #table: MethodTable;
  readonly #method: string;
  readonly #args: readonly unknown[];
  readonly #context: AnswerContext;

  constructor(
    from: PeerChannel,
    number: number,
    table: MethodTable,
    method: string,
    args: readonly unknown[],
    context: AnswerContext,
  ) {
    this.#from = from;
    this.#number = number;
    this.#table = table;
    this.#method = method;
    this.#args = args;
    this.#context = context;
  }

  invoke(actor: Behaviour): unknown {
    return invokeMethod(actor, this.#table, this.#method, this.#args);
  }

  succeed(value: unknown): void {
    if (this.#from.isClosed) return;
    try {
      this.#from.outgoing.result(this.#number, value);
    } catch (error) {
      const { code, message } = error as ActorError;
      this.fail(new Refusal(code, `The result of ${this.#method} was not sent. ${message}`));
    }
  }

  fail(thrown: unknown): void {
    answerFailure(this.#from, this.#number, thrown, this.#context);
  }
}

/** Tells a caller on another node that its call has failed. */
export function answerFailure(to: PeerChannel, number: number, thrown: unknown, context: AnswerContext): void {
  if (to.isClosed) return;
  const { types, exposeStacks } = context;
  to.write(() => {
    try {
      to.outgoing.failure(number, toFailure(thrown, types, exposeStacks));
    } catch (error) {
      if (!(error instanceof ActorError) || error.code === "CONGESTED") throw error;
      const message = `What was thrown could not be sent. ${error.message}`;
      to.outgoing.failure(number, toFailure(new Refusal(error.code, message), types, exposeStacks));
    }
  });
}
