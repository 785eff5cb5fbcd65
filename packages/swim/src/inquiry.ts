import { type Appointment, cancel } from "./agenda.js";
import type { Context } from "./context.js";
import type { Exchange } from "./exchanges.js";
import type { Member } from "./member.js";
import { KIND } from "./message.js";
import { NO_UPDATES } from "./update.js";

/** What an inquiry came to. `undecided`: nobody has heard from the member, and nobody else was refused. */
export type InquiryOutcome = "answers" | "refused" | "undecided";

/**
 * Asks others whether the address of a member refuses them, too, and whether they hear from it. One that does settles
 * it; otherwise everybody's answer is waited for, but not long once somebody has answered that he agrees. Who asks the
 * same has been refused: that is as good as his answer, and comes sooner.
 */
export class Inquiry implements Exchange {
  readonly member: Member;
  readonly #context: Context;
  readonly #conclude: (outcome: InquiryOutcome) => void;
  readonly #sequence: number;
  #deadline: Appointment;
  /** Who was asked and has not answered. */
  #open: readonly string[];
  #agreed: boolean;
  #isHurried = false;

  /**
   * @param helpers who is asked
   * @param agreed whether somebody else has asked the same already
   */
  constructor(
    context: Context,
    member: Member,
    helpers: readonly Member[],
    agreed: boolean,
    conclude: (outcome: InquiryOutcome) => void,
  ) {
    const { agenda, exchanges, options, outbox, time } = context;
    this.#context = context;
    this.member = member;
    this.#agreed = agreed;
    this.#conclude = conclude;
    this.#sequence = exchanges.open(this);
    this.#open = helpers.map(({ id }) => id);
    const withinMs = options.probeTimeoutMs;
    this.#deadline = agenda.add(time.now + withinMs, () => this.#decide());
    for (const id of this.#open) {
      outbox.send(id, [KIND.pingRequest, this.#sequence, member.id, withinMs, 1, NO_UPDATES]);
    }
  }

  acked(): void {
    this.#finish("answers");
  }

  nacked(from: string, refused: boolean): void {
    this.#agreed ||= refused;
    this.#answeredBy(from);
    // Only answers to our own question tell how long the others' may take.
    if (this.#agreed && !this.#isHurried && this.#open.length > 0) this.#hurry();
  }

  /** Somebody asks the same. */
  askedBy(from: string): void {
    if (!this.#open.includes(from)) return;
    this.#agreed = true;
    this.#answeredBy(from);
  }

  /** It is no longer of interest. Idempotent. */
  cancel(): void {
    cancel(this.#deadline);
    this.#context.exchanges.close(this.#sequence);
  }

  #answeredBy(from: string): void {
    this.#open = this.#open.filter((id) => id !== from);
    if (this.#open.length === 0) this.#decide();
  }

  #hurry(): void {
    const { agenda, options, time } = this.#context;
    this.#isHurried = true;
    cancel(this.#deadline);
    this.#deadline = agenda.add(time.now + options.refusalPatienceMs, () => this.#decide());
  }

  #decide(): void {
    this.#finish(this.#agreed ? "refused" : "undecided");
  }

  #finish(outcome: InquiryOutcome): void {
    this.cancel();
    if (!this.member.removed) this.#conclude(outcome);
  }
}
