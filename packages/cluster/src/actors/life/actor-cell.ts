import { Refusal } from "../actor-error.js";
import type { Behaviour, Delivery } from "../calls/delivery.js";
import type { AnyActor } from "../declaring/actor-types.js";
import type { MethodTable } from "../declaring/method-table.js";

/** So many that have been handled are left in a mailbox before it is moved up. */
const KEPT = 1_024;

export interface ActorCellOptions {
  readonly reentrant: boolean;
  readonly mailboxSize: number;
}

/** An actor that runs on this node, with its mailbox. */
export class ActorCell {
  readonly name: string;
  readonly table: MethodTable;
  readonly #actor: Behaviour;
  readonly #options: ActorCellOptions;
  readonly #onStopped: (cell: ActorCell, error: unknown) => void;
  /** What waits, from {@link #head} on. Most actors never need one. */
  #mailbox: Delivery[] | undefined;
  #head = 0;
  /** How many calls are being handled: one at most, unless it is reentrant. */
  #active = 0;
  /** Whether a hook runs, beside which nothing else may. */
  #exclusive = false;
  #draining = false;
  #stopping: Promise<void> | undefined;
  #stop: (() => void) | undefined;
  #cause: unknown;
  #stopped = false;
  #ended: Set<() => void> | undefined;

  constructor(
    name: string,
    actor: AnyActor,
    table: MethodTable,
    options: ActorCellOptions,
    onStopped: (cell: ActorCell, error: unknown) => void,
  ) {
    this.name = name;
    this.table = table;
    this.#actor = actor as unknown as Behaviour;
    this.#options = options;
    this.#onStopped = onStopped;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** What is called when the actor has stopped. */
  get ended(): Set<() => void> {
    this.#ended ??= new Set();
    return this.#ended;
  }

  /** How many calls wait or are being handled. */
  get load(): number {
    return this.#active + this.#waiting;
  }

  get #waiting(): number {
    return this.#mailbox === undefined ? 0 : this.#mailbox.length - this.#head;
  }

  /** Calls the start hook, if there is one; if that fails the actor stops. */
  start(onFailure: (error: unknown) => void): void {
    if (this.#actor.onStart === undefined) return;
    this.#hook("onStart").then(
      () => this.#drain(),
      (error: unknown) => {
        onFailure(error);
        void this.stop(error);
        this.#drain();
      },
    );
  }

  deliver(delivery: Delivery): void {
    if (this.#stopping !== undefined) delivery.fail(this.#hasStopped());
    else if (!this.#isBusy && !this.#draining) this.#run(delivery);
    else if (this.#waiting >= this.#options.mailboxSize) delivery.fail(this.#isFull());
    else this.#wait(delivery);
  }

  /** As {@link deliver}, but it always finds room, and nobody hears of it if the actor has stopped. */
  notify(delivery: Delivery): void {
    if (this.#stopping !== undefined) return;
    if (!this.#isBusy && !this.#draining) this.#run(delivery);
    else this.#wait(delivery);
  }

  /** Handles what waits, takes in nothing more, and stops. Resolves as {@link stop}. */
  windUp(): Promise<void> {
    this.#stopping ??= new Promise((resolve) => {
      this.#stop = resolve;
    });
    if (!this.#draining) this.#drain();
    return this.#stopping;
  }

  /**
   * Stops once what is being handled is over; what waits fails. Resolves when the stop hook has been called.
   *
   * @param cause why, if it is because of an error
   */
  stop(cause?: unknown): Promise<void> {
    this.#cause ??= cause;
    const waiting = this.#mailbox?.slice(this.#head) ?? [];
    this.#mailbox = undefined;
    this.#head = 0;
    const stopped = this.windUp();
    for (const delivery of waiting) delivery.fail(this.#hasStopped());
    return stopped;
  }

  get #isBusy(): boolean {
    return this.#exclusive || (this.#active > 0 && !this.#options.reentrant);
  }

  #run(delivery: Delivery): void {
    this.#active++;
    let result: unknown;
    try {
      result = delivery.invoke(this.#actor);
    } catch (error) {
      this.#active--;
      delivery.fail(error);
      if (!this.#draining) this.#drain();
      return;
    }
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === "function") {
      (result as PromiseLike<unknown>).then(
        (value) => {
          this.#active--;
          delivery.succeed(value);
          this.#drain();
        },
        (error: unknown) => {
          this.#active--;
          delivery.fail(error);
          this.#drain();
        },
      );
      return;
    }
    this.#active--;
    delivery.succeed(result);
    if (!this.#draining) this.#drain();
  }

  #wait(delivery: Delivery): void {
    if (this.#mailbox === undefined) this.#mailbox = [delivery];
    else this.#mailbox.push(delivery);
  }

  /** Handles what waits, as far as it can be handled now. */
  #drain(): void {
    this.#draining = true;
    while (this.#waiting > 0 && !this.#isBusy) this.#run(this.#next());
    this.#draining = false;
    const isOver = this.#waiting === 0 && this.#active === 0 && !this.#exclusive;
    if (this.#stopping !== undefined && isOver && !this.#stopped) this.#finish();
  }

  /** The first that waits. */
  #next(): Delivery {
    const mailbox = this.#mailbox as Delivery[];
    const delivery = mailbox[this.#head++] as Delivery;
    if (this.#head === mailbox.length) {
      this.#mailbox = undefined;
      this.#head = 0;
    } else if (this.#head >= KEPT && this.#head * 2 >= mailbox.length) {
      mailbox.splice(0, this.#head);
      this.#head = 0;
    }
    return delivery;
  }

  #finish(): void {
    const finished = (error?: unknown) => {
      for (const ended of this.#ended ?? []) ended();
      this.#onStopped(this, error);
      this.#stop?.();
    };
    this.#stopped = true;
    if (this.#actor.onStop === undefined) finished();
    else this.#hook("onStop").then(() => finished(), finished);
  }

  async #hook(name: "onStart" | "onStop"): Promise<void> {
    this.#exclusive = true;
    try {
      await this.#actor[name]?.();
    } finally {
      this.#exclusive = false;
    }
  }

  #hasStopped(): Refusal {
    const message = `${this.name} has stopped, and did not come to the call.`;
    return new Refusal("ACTOR_STOPPED", message, { actor: this.name, cause: this.#cause });
  }

  #isFull(): Refusal {
    const message = `${this.#waiting} calls wait for ${this.name}; call it more slowly, or raise settings.actors.mailboxSize.`;
    return new Refusal("MAILBOX_FULL", message, { actor: this.name });
  }
}
