import type { Member } from "./member.js";

/**
 * Whom to probe next: everybody in random order before anybody comes again (SWIM, section 4.3).
 *
 * There the whole order is shuffled after each cycle, so that nearly two cycles can lie between two probes of a member.
 * Here it is shuffled in blocks of half its length at most, so that it is a cycle and a half; that takes some 10 % off
 * the time in which nearly all failures are found. Every other cycle the blocks lie a quarter further, as members would
 * otherwise stay in their half for ever, and some of them in the same half with all nodes. Newcomers get a random place
 * in what is left of the cycle.
 */
export class ProbeCycle {
  readonly #random: () => number;
  #order: Member[] = [];
  #next = 0;
  #shift = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  add(member: Member): void {
    this.#order.push(member);
    this.#shuffleLast(this.#order.length - this.#next);
  }

  /** The next of those for which `isWanted` holds; nothing if there are none. */
  next(isWanted: (member: Member) => boolean): Member | undefined {
    // To the end of this cycle, and then at most through one more.
    for (let left = 2 * this.#order.length; left > 0; left--) {
      if (this.#next >= this.#order.length) this.#startOver();
      const member = this.#order[this.#next++];
      if (member !== undefined && !member.removed && isWanted(member)) return member;
    }
    return undefined;
  }

  #startOver(): void {
    this.#next = 0;
    this.#order = this.#order.filter((member) => !member.removed);
    const { length } = this.#order;
    const half = length >> 1;
    const from = this.#shift ? half >> 1 : 0;
    this.#shift = !this.#shift;
    this.#shuffle(0, from);
    this.#shuffle(from, from + half);
    this.#shuffle(from + half, length);
  }

  /** Fisher–Yates (Knuth, TAOCP vol. 2, algorithm 3.4.2P). */
  #shuffle(from: number, to: number): void {
    for (let last = to - 1; last > from; last--)
      this.#swap(last, from + Math.floor(this.#random() * (last - from + 1)));
  }

  /** Gives the last element a random place among the last `count`. */
  #shuffleLast(count: number): void {
    const last = this.#order.length - 1;
    this.#swap(last, last - Math.floor(this.#random() * count));
  }

  #swap(a: number, b: number): void {
    const order = this.#order;
    const member = order[a] as Member;
    order[a] = order[b] as Member;
    order[b] = member;
  }
}
