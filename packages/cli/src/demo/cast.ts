import type { Clock } from "@rollcall/core";
import type { Order, Report } from "./messages.js";
import { NodeHandle } from "./node-handle.js";
import type { Exit, NodeView } from "./node-view.js";
import type { NodeEntry, NodeEvent } from "./telling/story-event.js";

/** What a node is called: A, B, C … */
const NAMES = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** How many nodes can be told apart. */
export const MAX_NODES = NAMES.length;

export interface CastContext {
  /** By which entries say when they were. */
  readonly clock: Clock;
  /** What the clock shows when the machine's shows 0. */
  readonly offsetMs: number;
  readonly told: (entry: NodeEntry) => void;
}

/** All processes of the demonstration. */
export class Cast {
  readonly #context: CastContext;
  readonly #nodes: NodeHandle[] = [];
  readonly #dismissed = new Set<NodeView>();
  #look: (() => void) | undefined;

  constructor(context: CastContext) {
    this.#context = context;
  }

  get views(): NodeView[] {
    return this.#nodes.map(({ view }) => view);
  }

  /** Those that have not ended. */
  get alive(): NodeView[] {
    return this.views.filter((view) => view.isAlive);
  }

  /** Those that ended although nobody wanted them to, or not as they should. */
  get casualties(): NodeView[] {
    return this.views.filter((view) => {
      const { failure, exit, ended, killedAt } = view;
      if (killedAt !== undefined) return false;
      if (this.#dismissed.has(view)) return failure !== undefined || (exit !== undefined && exit.code !== 0);
      return failure !== undefined || exit !== undefined || ended !== undefined;
    });
  }

  /** Starts another process and gives it its first order. */
  enter(order: Order): NodeView {
    const node = new NodeHandle(NAMES[this.#nodes.length] ?? "", {
      told: (from, report) => this.#told(from, report),
      exited: (from, exit) => this.#exited(from, exit),
    });
    this.#nodes.push(node);
    node.order(order);
    return node.view;
  }

  order(view: NodeView, order: Order): void {
    if (order.kind === "leave") this.#dismissed.add(view);
    this.#handle(view)?.order(order);
  }

  /** Ends a process at once, as `kill -9` does: it does not get to say a word. */
  kill(view: NodeView): void {
    const now = this.#context.clock.now();
    this.#handle(view)?.kill();
    this.#publish(view, now, view.killed(now));
  }

  /** What a process wrote to its standard error. */
  complaint(view: NodeView): string {
    return this.#handle(view)?.complaint ?? "";
  }

  /**
   * Waits until a condition holds, looking at it at each news; resolves as well when time is up or the signal aborts.
   * One wait at a time.
   */
  until(condition: () => boolean, withinMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        this.#look = undefined;
        timer?.cancel();
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const { clock } = this.#context;
      const timer = withinMs < Number.POSITIVE_INFINITY ? clock.schedule(withinMs, finish) : undefined;
      signal?.addEventListener("abort", finish);
      this.#look = () => {
        if (condition()) finish();
      };
      if (signal?.aborted) finish();
      else this.#look();
    });
  }

  /** Ends every process that is still there, at once. */
  clear(): void {
    for (const node of this.#nodes) if (node.view.exit === undefined) node.kill();
  }

  #handle(view: NodeView): NodeHandle | undefined {
    return this.#nodes.find((node) => node.view === view);
  }

  #told({ view }: NodeHandle, { at, ...report }: Report): void {
    const since = at + this.#context.offsetMs;
    this.#publish(view, since, view.take(report, since));
  }

  #exited({ view }: NodeHandle, exit: Exit): void {
    this.#publish(view, this.#context.clock.now(), view.exited(exit));
  }

  #publish(view: NodeView, at: number, events: readonly NodeEvent[]): void {
    for (const event of events) this.#context.told({ at, node: view.name, ...event });
    this.#look?.();
  }
}
