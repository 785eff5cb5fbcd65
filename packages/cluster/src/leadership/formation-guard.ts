import type { BallotMessage, ClusterMessage, VoteMessage } from "../gossip/gossip-message.js";
import type { Convergence } from "../membership/convergence.js";
import type { MembershipTable } from "../membership/membership-table.js";
import type { UniqueNode } from "../node.js";
import { type FormationHold, type FormationOptions, holdFormation } from "./formation.js";
import { ASK_AGAIN_MS, FormationVote } from "./formation-vote.js";

export interface FormationGuardContext {
  readonly selfId: string;
  readonly options: FormationOptions;
  readonly table: MembershipTable;
  readonly convergence: Convergence;
  readonly send: (to: readonly UniqueNode[], message: ClusterMessage) => void;
}

/** Sees to it that a cluster begins only when it may: with enough members, a membership that is stable, and their votes. */
export class FormationGuard {
  readonly #context: FormationGuardContext;
  readonly #vote: FormationVote;

  constructor(context: FormationGuardContext) {
    this.#context = context;
    this.#vote = new FormationVote(context.selfId);
  }

  /** Why the leader makes nobody up yet, if that is so. @param stableForMs see {@link holdFormation} */
  hold(stableForMs: number): FormationHold | undefined {
    const { options, table } = this.#context;
    return holdFormation(table.members(), options, stableForMs) ?? this.#awaitVotes();
  }

  /**
   * What the leader does about that: asks for votes if nothing else is missing; or has the numbers begin where they may.
   */
  proceed(hold: FormationHold | undefined, now: number): void {
    const { send, table } = this.#context;
    if (!this.#isVotedOn) return;
    if (hold === undefined) table.skipUpNumbers(this.#vote.numbersGiven(table.size));
    if (hold?.code !== "VOTES") return;
    const { ballot, to } = this.#vote.call(this.#voters, now);
    const nodes = to.flatMap((id) => table.get(id)?.node ?? []);
    if (nodes.length > 0) send(nodes, ballot);
  }

  /** @param leaderId whom this node takes for the leader: it votes for nobody else */
  receive(from: UniqueNode, message: BallotMessage | VoteMessage, leaderId: string | undefined): void {
    const { send, table } = this.#context;
    if (message.kind === "vote") this.#vote.note(from.id, message);
    else if (from.id === leaderId) send([from], this.#vote.answer(from.id, message, table.lastUpNumber));
  }

  /** Whether it takes votes to make somebody up: a majority is asked for, and no cluster has ever been heard of. */
  get #isVotedOn(): boolean {
    const { options, table } = this.#context;
    return options.minimumMembers > 1 && table.lastUpNumber === 0;
  }

  get #voters(): string[] {
    return [...this.#context.convergence.awaited()].map(({ node }) => node.id);
  }

  #awaitVotes(): FormationHold | undefined {
    if (!this.#isVotedOn) return undefined;
    const voters = this.#voters;
    const missing = this.#vote.missing(voters);
    if (missing === 0) return undefined;
    const because = `${voters.length - missing} of ${voters.length} other members have agreed that this node begins`;
    return { code: "VOTES", because, reconsiderInMs: ASK_AGAIN_MS };
  }
}
