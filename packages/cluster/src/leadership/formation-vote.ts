import type { BallotMessage, VoteMessage } from "../gossip/gossip-message.js";

/** Who has not answered is asked again after this, in milliseconds. */
export const ASK_AGAIN_MS = 500;

/**
 * Lets one cluster begin, where a majority has to agree to that: it begins with number 1 once, whoever is cut off and
 * whenever, as any two majorities have a member in common.
 *
 * Each member votes in ballots, each higher than the last, and says whom it has voted for before (the promises of Paxos;
 * Lamport, "Paxos Made Simple", 2001, section 2.2). Whoever has all votes may begin. If somebody who was voted for before
 * has not voted himself, he may have begun, and been cut off before anybody here heard of it: then it is his cluster that
 * goes on here, and its numbers with it.
 *
 * Knows nothing of the membership: who votes, and for whom, is the caller's to decide.
 */
export class FormationVote {
  readonly #selfId: string;
  /** The last ballot that this node has voted in, and who called it; its own one if that is itself. */
  #number = 0;
  #candidate: string | undefined;
  /** Everybody that this node has ever voted for. */
  readonly #supported = new Set<string>();
  /** Votes in this node's own ballot. */
  readonly #votes = new Map<string, VoteMessage>();
  /** Who has been asked, until all others are asked again. */
  readonly #asked = new Set<string>();
  #askAgainAt = 0;
  /** The highest ballot that somebody refused this node for. */
  #refusedFor = 0;

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  /** How many votes there are still to come. @param voters who has to agree besides this node, by id */
  missing(voters: readonly string[]): number {
    // Once it has voted for another one, those that it has count no longer, and it has to stand again.
    if (this.#candidate !== this.#selfId) return voters.length;
    return voters.filter((id) => !this.#votes.has(id)).length;
  }

  /** The numbers that were given by a cluster that has begun before, perhaps; 0 if none has. */
  numbersGiven(members: number): number {
    const votes = [...this.#votes.values()];
    const before = [...this.#supported, ...votes.flatMap(({ earlier }) => earlier)];
    const hasVoted = (id: string) => id === this.#selfId || this.#votes.has(id);
    const mayHaveBegun = !before.every(hasVoted);
    return Math.max(mayHaveBegun ? members : 0, ...votes.map(({ lastUpNumber }) => lastUpNumber));
  }

  /** Asks for votes. @returns the ballot, and those of the voters that it has to go to now */
  call(voters: readonly string[], now: number): { ballot: BallotMessage; to: string[] } {
    const isTime = now >= this.#askAgainAt;
    if (this.#candidate !== this.#selfId || (isTime && this.#refusedFor >= this.#number)) this.#stand();
    if (isTime) {
      this.#asked.clear();
      this.#askAgainAt = now + ASK_AGAIN_MS;
    }
    const to = voters.filter((id) => !this.#votes.has(id) && !this.#asked.has(id));
    for (const id of to) this.#asked.add(id);
    return { ballot: { kind: "ballot", number: this.#number }, to };
  }

  /** Votes for a candidate, unless this node has voted in a ballot as high as that for somebody else. */
  answer(candidate: string, { number }: BallotMessage, lastUpNumber: number): VoteMessage {
    const isSame = number === this.#number && candidate === this.#candidate;
    if (number <= this.#number && !isSame) {
      return { kind: "vote", number: this.#number, granted: false, earlier: [], lastUpNumber };
    }
    this.#number = number;
    this.#candidate = candidate;
    const earlier = [...this.#supported].filter((id) => id !== candidate);
    this.#supported.add(candidate);
    return { kind: "vote", number, granted: true, earlier, lastUpNumber };
  }

  /** Notes what a member answered. */
  note(voter: string, vote: VoteMessage): void {
    if (!vote.granted) this.#refusedFor = Math.max(this.#refusedFor, vote.number);
    else if (vote.number === this.#number && this.#candidate === this.#selfId) this.#votes.set(voter, vote);
  }

  #stand(): void {
    this.#number = Math.max(this.#number, this.#refusedFor) + 1;
    this.#candidate = this.#selfId;
    this.#supported.add(this.#selfId);
    this.#votes.clear();
    this.#asked.clear();
  }
}
