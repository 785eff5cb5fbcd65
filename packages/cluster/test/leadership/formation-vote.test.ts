import { type Random, shuffled } from "@rollcall/core";
import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import type { BallotMessage, VoteMessage } from "../../src/gossip/gossip-message.js";
import { ASK_AGAIN_MS, FormationVote } from "../../src/leadership/formation-vote.js";
import { forEachSeed } from "../support/seeds.js";

const vote = (number: number, earlier: readonly string[] = [], lastUpNumber = 0): VoteMessage => {
  return { kind: "vote", number, granted: true, earlier, lastUpNumber };
};
const refusal = (number: number): VoteMessage => ({ ...vote(number), granted: false });
const ballot = (number: number): BallotMessage => ({ kind: "ballot", number });

describe("who would begin a cluster", () => {
  it("may when everybody has voted for it, and then begins with the first number", () => {
    const a = new FormationVote("a");
    expect(a.missing(["b", "c"])).toBe(2);
    expect(a.call(["b", "c"], 0)).toEqual({ ballot: ballot(1), to: ["b", "c"] });
    a.note("b", vote(1));
    expect(a.missing(["b", "c"])).toBe(1);
    a.note("c", vote(1));
    expect([a.missing(["b", "c"]), a.numbersGiven(3)]).toEqual([0, 0]);
  });

  it("asks whoever comes later, and the others again only after a while", () => {
    const a = new FormationVote("a");
    a.call(["b", "c"], 0);
    a.note("b", vote(1));
    expect(a.call(["b", "c", "d"], ASK_AGAIN_MS - 1).to).toEqual(["d"]);
    expect(a.call(["b", "c", "d"], ASK_AGAIN_MS)).toEqual({ ballot: ballot(1), to: ["c", "d"] });
  });

  it("stands again, higher, if it has voted for another one since, whatever votes it had", () => {
    const a = new FormationVote("a");
    a.call(["b", "c"], 0);
    for (const id of ["b", "c"]) a.note(id, vote(1));
    expect(a.answer("b", ballot(2), 0)).toEqual(vote(2, ["a"]));
    expect(a.missing(["b", "c"])).toBe(2);
    expect(a.call(["b", "c"], 1)).toEqual({ ballot: ballot(3), to: ["b", "c"] });
    a.note("c", vote(1));
    expect(a.missing(["b", "c"])).toBe(2);
  });

  it("stands again, higher, after a while if it is refused", () => {
    const a = new FormationVote("a");
    a.call(["b", "c"], 0);
    a.note("b", refusal(7));
    expect(a.call(["b", "c"], 1)).toEqual({ ballot: ballot(1), to: [] });
    expect(a.call(["b", "c"], ASK_AGAIN_MS)).toEqual({ ballot: ballot(8), to: ["b", "c"] });
  });

  it("goes on with another one's numbers if that one was voted for, and does not vote itself", () => {
    const a = new FormationVote("a");
    a.call(["b"], 0);
    a.note("b", vote(1, ["c"]));
    expect(a.numbersGiven(5)).toBe(5);
    a.note("c", vote(1, ["c"]));
    expect(a.numbersGiven(5)).toBe(0);
  });

  it("goes on with the numbers of one for whom it has voted itself", () => {
    const a = new FormationVote("a");
    a.answer("c", ballot(1), 0);
    a.call(["b"], 0);
    a.note("b", vote(2));
    expect(a.numbersGiven(5)).toBe(5);
  });

  it("goes on with numbers that somebody has heard of", () => {
    const a = new FormationVote("a");
    a.call(["b"], 0);
    a.note("b", vote(1, [], 9));
    expect(a.numbersGiven(5)).toBe(9);
  });
});

describe("who is asked", () => {
  it("votes in higher ballots alone, and says for whom it has voted before", () => {
    const a = new FormationVote("a");
    expect(a.answer("b", ballot(2), 0)).toEqual(vote(2));
    expect(a.answer("b", ballot(2), 0)).toEqual(vote(2));
    expect(a.answer("c", ballot(2), 0)).toEqual(refusal(2));
    expect(a.answer("c", ballot(1), 0)).toEqual(refusal(2));
    expect(a.answer("c", ballot(3), 4)).toEqual(vote(3, ["b"], 4));
    expect(a.answer("b", ballot(2), 0)).toEqual(refusal(3));
    expect(a.answer("b", ballot(4), 0)).toEqual(vote(4, ["c"]));
  });
});

/** Members that stand and vote as chance has it, over a network that loses, repeats and mixes up. */
class Assembly {
  readonly ids: readonly string[];
  readonly #random: Random;
  readonly #votes: ReadonlyMap<string, FormationVote>;
  readonly #voters = new Map<string, string[]>();
  readonly #mail: { to: string; from: string; message: BallotMessage | VoteMessage }[] = [];
  /** Who has begun, and with what number. */
  readonly begun = new Map<string, number>();

  constructor(size: number, random: Random) {
    this.ids = Array.from({ length: size }, (_, at) => `n${at}`);
    this.#random = random;
    this.#votes = new Map(this.ids.map((id) => [id, new FormationVote(id)]));
  }

  step(at: number): void {
    const chance = this.#random();
    if (chance < 0.25) this.#stand(at);
    else if (chance < 0.99) this.#deliver();
    else this.#mail.splice(0);
  }

  /** Somebody who knows of no cluster stands, with some majority, and begins one if it has the votes. */
  #stand(at: number): void {
    const candidate = this.#any();
    if (this.begun.has(candidate)) return;
    const voters = this.#votersOf(candidate);
    const mine = this.#votes.get(candidate) as FormationVote;
    if (mine.missing(voters) === 0) {
      this.begun.set(candidate, mine.numbersGiven(this.ids.length) + 1);
      return;
    }
    const { ballot, to } = mine.call(voters, at * ASK_AGAIN_MS);
    for (const id of to) this.#mail.push({ to: id, from: candidate, message: ballot });
  }

  /** A majority with the candidate, another one now and then. */
  #votersOf(candidate: string): string[] {
    let voters = this.#voters.get(candidate);
    if (voters === undefined || this.#random() < 0.1) {
      const others = shuffled(this.ids, this.#random).filter((id) => id !== candidate);
      const least = Math.floor(this.ids.length / 2);
      voters = others.slice(0, least + Math.floor(this.#random() * (others.length - least + 1)));
      this.#voters.set(candidate, voters);
    }
    return voters;
  }

  #deliver(): void {
    const at = Math.floor(this.#random() * this.#mail.length);
    const letter = this.#mail[at];
    if (letter === undefined) return;
    if (this.#random() < 0.9) this.#mail.splice(at, 1);
    const { from, message, to } = letter;
    const receiver = this.#votes.get(to) as FormationVote;
    if (message.kind === "vote") receiver.note(from, message);
    // Who has begun is up, and votes for nobody who is not.
    else if (!this.begun.has(to)) {
      this.#mail.push({ to: from, from: to, message: receiver.answer(from, message, 0) });
    }
  }

  #any(): string {
    return this.ids[Math.floor(this.#random() * this.ids.length)] as string;
  }
}

describe("members that stand and vote, whatever the network does", () => {
  it("begin with the first number once at most, for a thousand seeds of five", async () => {
    let begun = 0;
    let again = 0;
    await forEachSeed(1_000, async (seed) => {
      const assembly = new Assembly(5, seededRandom(seed));
      for (let at = 1; at <= 400; at++) assembly.step(at);
      const first = [...assembly.begun.values()].filter((number) => number === 1);
      expect(first.length).toBeLessThanOrEqual(1);
      begun += first.length;
      again += assembly.begun.size - first.length;
    });
    // Otherwise this would show nothing: clusters begin, and others go on that do not know of them.
    expect([begun, again].every((count) => count > 200)).toBe(true);
  });
});
