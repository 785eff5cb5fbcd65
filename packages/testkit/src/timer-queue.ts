import type { Timer } from "@rollcall/core";

/** Whose call it is: may be unable to run it when it comes due. */
export interface CallOwner {
  readonly state: "running" | "frozen" | "dead";
  /** How many of its calls wait. Kept by the queue. */
  pending: number;
  /** Takes a call that came due while it cannot run it. */
  hold(call: ScheduledCall): void;
}

/** Something to do at a moment. */
export class ScheduledCall implements Timer {
  at: number;
  /** Breaks ties: first scheduled, first run. */
  order: number;
  /** Absent once it ran or was cancelled. */
  callback: (() => void) | undefined;
  readonly owner: CallOwner;
  readonly #queue: TimerQueue;

  constructor(queue: TimerQueue, at: number, order: number, callback: () => void, owner: CallOwner) {
    this.#queue = queue;
    this.at = at;
    this.order = order;
    this.callback = callback;
    this.owner = owner;
  }

  cancel(): void {
    if (this.callback === undefined) return;
    this.callback = undefined;
    this.#queue.settled(this);
  }
}

/** Cancelled calls stay where they are until there are more of them than others, and more than this. */
const FEW = 64;
/** Children of a place in the heap. Four make it half as deep as two, for the same number of comparisons. */
const WAYS = 4;

/**
 * What is scheduled, in the order of time and, at one time, of scheduling: a heap with several children a place (Knuth,
 * TAOCP vol. 3, exercise 5.2.3-28), cancelled calls removed lazily. Holds at most twice as many calls as wait, and a
 * few.
 */
export class TimerQueue {
  #heap: ScheduledCall[] = [];
  #order = 0;
  #waiting = 0;

  /** How many calls wait, those that their owner holds included. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many calls are in the queue, cancelled ones that were not removed yet included. */
  get length(): number {
    return this.#heap.length;
  }

  add(at: number, callback: () => void, owner: CallOwner): ScheduledCall {
    if (this.#heap.length > 2 * this.#waiting + FEW) this.#compact();
    const call = new ScheduledCall(this, at, this.#order++, callback, owner);
    this.#waiting++;
    owner.pending++;
    this.#rise(call);
    return call;
  }

  /** Puts a call back that came due while its owner held it. */
  addAgain(call: ScheduledCall, at: number): void {
    call.at = at;
    call.order = this.#order++;
    this.#rise(call);
  }

  /** When the next call is due; infinite if none waits. */
  get nextAt(): number {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.callback !== undefined && next.owner.state !== "dead") return next.at;
      this.#removeFirst();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Runs the first call, or leaves it to its owner. */
  runFirst(): void {
    const call = this.#removeFirst();
    const { callback, owner } = call;
    if (callback === undefined || owner.state === "dead") return;
    if (owner.state === "frozen") {
      owner.hold(call);
      return;
    }
    call.callback = undefined;
    this.settled(call);
    callback();
  }

  /** A call will not run any more, or is about to. */
  settled({ owner }: ScheduledCall): void {
    if (owner.state === "dead") return;
    owner.pending--;
    this.#waiting--;
  }

  /** None of an owner's calls will run any more; to be called before it is dead. */
  disown(owner: CallOwner): void {
    this.#waiting -= owner.pending;
    owner.pending = 0;
  }

  #compact(): void {
    const kept = this.#heap.filter(({ callback, owner }) => callback !== undefined && owner.state !== "dead");
    // In order is in heap order.
    this.#heap = kept.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  #rise(call: ScheduledCall): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(call);
    while (at > 0) {
      const parent = Math.floor((at - 1) / WAYS);
      const above = heap[parent] as ScheduledCall;
      if (!isBefore(call, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = call;
  }

  #removeFirst(): ScheduledCall {
    const heap = this.#heap;
    const first = heap[0] as ScheduledCall;
    const last = heap.pop() as ScheduledCall;
    const { length } = heap;
    if (length === 0) return first;
    let at = 0;
    for (;;) {
      let least = WAYS * at + 1;
      if (least >= length) break;
      const end = Math.min(least + WAYS, length);
      for (let child = least + 1; child < end; child++) {
        if (isBefore(heap[child] as ScheduledCall, heap[least] as ScheduledCall)) least = child;
      }
      const below = heap[least] as ScheduledCall;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = least;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: ScheduledCall, b: ScheduledCall): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
