import type { Logger } from "../../logger.js";
import { ActorError } from "../actor-error.js";
import { isActorName } from "../declaring/actor-id.js";
import type { ActorClass, AnyActor, SpawnOptions } from "../declaring/actor-types.js";
import { type MethodTable, methodTable } from "../declaring/method-table.js";
import { CONTEXT } from "../declaring/symbols.js";
import { ActorCell } from "./actor-cell.js";
import type { ActorContext } from "./actor-context.js";
import { WatchList } from "./watch-list.js";

export interface LocalActorsContext {
  readonly mailboxSize: number;
  readonly logger: Logger;
  readonly contextOf: (cell: ActorCell) => ActorContext;
}

/** The actors that run on this node. */
export class LocalActors {
  /** Whoever, here or on other nodes, watches one of them. */
  readonly watches = new WatchList();
  readonly #context: LocalActorsContext;
  readonly #cells = new Map<string, ActorCell>();
  /** Shared by all that are spawned without options of their own. */
  readonly #usual: { readonly [Reentrant in "true" | "false"]: { reentrant: boolean; mailboxSize: number } };

  constructor(context: LocalActorsContext) {
    const { mailboxSize } = context;
    this.#context = context;
    this.#usual = { true: { reentrant: true, mailboxSize }, false: { reentrant: false, mailboxSize } };
  }

  get size(): number {
    return this.#cells.size;
  }

  find(name: string): ActorCell | undefined {
    return this.#cells.get(name);
  }

  /**
   * Makes an actor, and lets it run.
   *
   * @throws ActorError `INVALID_ACTOR`, `INVALID_OPTION` or `NAME_TAKEN`; what the constructor throws
   */
  spawn(actorClass: ActorClass, options: SpawnOptions, args: readonly unknown[]): ActorCell {
    const table = methodTable(actorClass);
    const { mailboxSize = this.#context.mailboxSize, reentrant = table.reentrant } = options;
    const name = this.#nameFor(table, options.name);
    if (!(mailboxSize >= 1)) {
      throw new ActorError("INVALID_OPTION", `mailboxSize is ${mailboxSize}; it has to be a number, at least 1.`);
    }
    const actor = new (actorClass as new (...args: readonly unknown[]) => AnyActor)(...args);
    const usual = this.#usual[reentrant ? "true" : "false"];
    const own = mailboxSize === usual.mailboxSize ? usual : { reentrant, mailboxSize };
    const cell = new ActorCell(name, actor, table, own, this.#stopped);
    this.#cells.set(name, cell);
    (actor as { [CONTEXT]: ActorContext | undefined })[CONTEXT] = this.#context.contextOf(cell);
    cell.start((error) => this.#context.logger.error({ actor: name, err: error }, "an actor could not start"));
    return cell;
  }

  /** Stops all of them; `windUp` lets them handle what waits. */
  async stopAll(how: "windUp" | "stop"): Promise<void> {
    await Promise.all([...this.#cells.values()].map((cell) => cell[how]()));
  }

  readonly #stopped = (cell: ActorCell, error: unknown): void => {
    const { name } = cell;
    this.#cells.delete(name);
    const { logger } = this.#context;
    if (error !== undefined) logger.error({ actor: name, err: error }, "an actor failed as it stopped");
    this.watches.fire(name, "stopped");
  };

  #nameFor(table: MethodTable, given: string | undefined): string {
    if (given === undefined) {
      const base = isActorName(table.className) ? table.className : "actor";
      for (;;) {
        const name = `${base}-${++table.numbered}`;
        if (!this.#cells.has(name)) return name;
      }
    }
    if (!isActorName(given)) {
      const message = `${JSON.stringify(given)} is not a name: use 1 to 256 letters, digits and _ - . : $`;
      throw new ActorError("INVALID_OPTION", `${message}.`);
    }
    if (this.#cells.has(given)) {
      throw new ActorError("NAME_TAKEN", `An actor called ${given} runs on this node already.`, { actor: given });
    }
    return given;
  }
}
