import type { Member } from "./member.js";

/** All other members, to look up, to count and to draw from. */
export class Members {
  readonly #byId = new Map<string, Member>();
  readonly #all: Member[] = [];
  readonly #random: () => number;
  /** How many are {@link Member.isRuledOut}. Kept by whoever changes what that depends on. */
  ruledOut = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#all.length;
  }

  get(id: string): Member | undefined {
    return this.#byId.get(id);
  }

  add(member: Member): void {
    this.#byId.set(member.id, member);
    member.index = this.#all.push(member) - 1;
  }

  delete(member: Member): void {
    if (member.isRuledOut) this.ruledOut--;
    this.#byId.delete(member.id);
    const last = this.#all.pop() as Member;
    if (last !== member) this.#put(last, member.index);
    member.removed = true;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#all.values();
  }

  /**
   * How many could confirm the suspicion of a member: all but the suspected one, the first who suspects it, and those
   * who cannot speak themselves. (Lifeguard, section IV-B, takes their number for granted.)
   */
  possibleConfirmers(suspected: Member): number {
    const ruledOut = this.ruledOut - (suspected.isRuledOut ? 1 : 0);
    return Math.max(0, this.size - 1 - ruledOut);
  }

  /**
   * Draws members at random, each at most once; fewer where there are not so many. None to whom there is no
   * connection, as far as is known.
   *
   * @param worst the worst status that one drawn may have
   */
  draw(count: number, worst: number, except?: Member): Member[] {
    const drawn: Member[] = [];
    const all = this.#all;
    // The beginning of a Fisher–Yates shuffle, as long as it takes.
    for (let next = 0; next < all.length && drawn.length < count; next++) {
      const other = next + Math.floor(this.#random() * (all.length - next));
      const member = all[other] as Member;
      this.#put(all[next] as Member, other);
      this.#put(member, next);
      if (member.status <= worst && member.connected !== false && member !== except) drawn.push(member);
    }
    return drawn;
  }

  #put(member: Member, index: number): void {
    this.#all[index] = member;
    member.index = index;
  }
}
