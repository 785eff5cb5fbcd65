import type { PendingCall } from "./pending-calls.js";

/** How many calls there is room for at first. */
const INITIAL_SLOTS = 64;

/**
 * Calls by their numbers, which are given without gaps; in the order in which they were made.
 *
 * Answers come about in that order, so that a ring does, of which a call has the slot that its number says. A `Map` that
 * so much passes through is made anew all the time, and each that is left behind makes garbage live longer: a fifth of
 * what a call cost its caller. A call that is overtaken by a whole round of others gives its slot up, and is kept apart.
 */
export class NumberedCalls {
  #slots: (PendingCall | undefined)[] = emptySlots(INITIAL_SLOTS);
  #overtaken = new Map<number, PendingCall>();
  /** No call in the ring has a number below this one. */
  #oldest = 1;
  #last = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of the call that was added last. */
  get last(): number {
    return this.#last;
  }

  /** @param call with the next number */
  add(call: PendingCall): void {
    const { number } = call;
    let slot = number & (this.#slots.length - 1);
    if (this.#slots[slot] !== undefined) {
      this.#makeRoom(slot);
      slot = number & (this.#slots.length - 1);
    }
    this.#slots[slot] = call;
    this.#last = number;
    this.#size++;
  }

  /** Takes a call out, if it is there. */
  take(number: number): PendingCall | undefined {
    const slot = number & (this.#slots.length - 1);
    const call = this.#slots[slot];
    if (call !== undefined && call.number === number) {
      this.#slots[slot] = undefined;
      this.#size--;
      return call;
    }
    const overtaken = this.#overtaken.get(number);
    if (overtaken === undefined) return undefined;
    this.#overtaken.delete(number);
    this.#size--;
    return overtaken;
  }

  /** The oldest first. Calls may be taken out meanwhile. */
  *[Symbol.iterator](): IterableIterator<PendingCall> {
    yield* this.#overtaken.values();
    const last = this.#last;
    let isFirst = true;
    for (let number = Math.max(this.#oldest, last - this.#slots.length + 1); number <= last; number++) {
      const call = this.#slots[number & (this.#slots.length - 1)];
      if (call === undefined) continue;
      if (isFirst) this.#oldest = number;
      isFirst = false;
      yield call;
    }
  }

  /** Doubles the ring if it is half full; otherwise it is one call that has waited for a whole round. */
  #makeRoom(slot: number): void {
    const overtaken = this.#slots[slot] as PendingCall;
    if (this.#size * 2 <= this.#slots.length) {
      this.#overtaken.set(overtaken.number, overtaken);
      this.#slots[slot] = undefined;
      return;
    }
    const slots = emptySlots(this.#slots.length * 2);
    for (const call of this.#slots) if (call !== undefined) slots[call.number & (slots.length - 1)] = call;
    this.#slots = slots;
  }
}

function emptySlots(count: number): (PendingCall | undefined)[] {
  return new Array<PendingCall | undefined>(count).fill(undefined);
}
