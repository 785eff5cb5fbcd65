import { type Random, shuffled } from "@rollcall/core";

/**
 * Goes through all peers in random order before any comes again (as SWIM chooses whom to probe; Das et al., "SWIM",
 * DSN 2002, section 4.3), so that the time until a certain peer is met is bounded.
 */
export class PeerCycle<T> {
  readonly #random: Random;
  #round: T[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * @param current who is there now; asked only when a new round starts
   * @param stillGood whether one drawn from the round may be used; those that left since are passed over
   */
  next(current: () => Iterable<T>, stillGood: (peer: T) => boolean): T | undefined {
    for (let rounds = 0; rounds < 2; rounds++) {
      for (let peer = this.#round.pop(); peer !== undefined; peer = this.#round.pop()) {
        if (stillGood(peer)) return peer;
      }
      this.#round = shuffled(current(), this.#random);
    }
    return undefined;
  }
}
