import { type Appointment, cancel } from "./agenda.js";
import type { Beliefs } from "./beliefs.js";
import type { Checks } from "./checks.js";
import type { Context } from "./context.js";
import { Credit } from "./credit.js";
import { Inquiry, type InquiryOutcome } from "./inquiry.js";
import type { Member } from "./member.js";
import type { Relays } from "./relays.js";
import { STATUS } from "./update.js";

/** About how many members others are asked at once, and per gossip interval; the rest have to wait. */
const AT_ONCE = 8;

/** What is known of a member that refuses connections. */
interface Refusal {
  readonly firstAt: number;
  count: number;
  inquiry?: Inquiry;
  /** When the member is to be dialled again. */
  redial?: Appointment;
  /** Nobody is asked before this, as somebody has just heard from it. */
  quietUntil: number;
}

/**
 * The fast path, which the papers, being about datagrams, do not have. A process that dies closes its sockets, and then
 * nobody listens at its address any more: that can be known within milliseconds.
 *
 * A closed connection alone says nothing: it makes us dial again. A refusal alone says little: a firewall may refuse
 * just us. So others are asked; one that is refused, too, is enough if none has heard from the member. Where there are
 * none to ask, refusals have to go on for a while. Another incarnation at the address is proof by itself.
 *
 * A verdict can still be wrong, where everybody goes through the same proxy and that is being restarted. It is withdrawn
 * as soon as the member answers, which is looked for every `recheckIntervalMs`.
 */
export class Refusals {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #checks: Checks;
  readonly #relays: Relays;
  readonly #refusals = new Map<Member, Refusal>();
  readonly #credit: Credit;
  /** Those about whom others are to be asked when it is their turn. */
  readonly #waiting = new Set<Member>();
  #nextTurn: Appointment | undefined;

  constructor(context: Context, beliefs: Beliefs, checks: Checks, relays: Relays) {
    this.#context = context;
    this.#beliefs = beliefs;
    this.#checks = checks;
    this.#relays = relays;
    this.#credit = new Credit(AT_ONCE, context.options.gossipIntervalMs / AT_ONCE, context.time.now);
  }

  connectionLost(member: Member): void {
    member.connected = false;
    this.#context.outbox.redial(member.id);
  }

  /** There is a new connection. */
  connected(member: Member): void {
    member.connected = true;
    member.refusedAt = undefined;
    this.forget(member);
    this.#relays.connected(member);
    if (member.doubt === undefined) return;
    // Not over this connection.
    member.doubt.told = false;
    this.#checks.check(member);
  }

  /** Somebody asks whether a member refuses us, as it refuses him. */
  askedBy(from: string, member: Member): void {
    this.#refusals.get(member)?.inquiry?.askedBy(from);
  }

  replaced(member: Member): void {
    this.forget(member);
    this.#beliefs.condemn(member, "replaced");
  }

  refused(member: Member): void {
    const { counters, time } = this.#context;
    // An attempt that crossed one of the member's own says nothing against that.
    if (member.connected) return;
    member.connected = false;
    member.refusedAt = time.now;
    this.#relays.refused(member);
    if (member.status === STATUS.unreachable) return;
    const refusal = this.#refusals.get(member) ?? this.#noteFirst(member);
    refusal.count++;
    if (refusal.inquiry !== undefined || refusal.redial?.act !== undefined) return;
    if (time.now < refusal.quietUntil) counters.skippedInquiries++;
    else this.#inquire(member, refusal);
  }

  /** A member has answered, is no longer one, or there has been a verdict. */
  forget(member: Member): void {
    const refusal = this.#refusals.get(member);
    if (refusal === undefined) return;
    this.#refusals.delete(member);
    this.#waiting.delete(member);
    refusal.inquiry?.cancel();
    cancel(refusal.redial);
  }

  #noteFirst(member: Member): Refusal {
    const refusal = { firstAt: this.#context.time.now, count: 0, quietUntil: Number.NEGATIVE_INFINITY };
    this.#refusals.set(member, refusal);
    return refusal;
  }

  #inquire(member: Member, refusal: Refusal): void {
    const { members, options, time } = this.#context;
    const helpers = members.draw(options.indirectProbes, STATUS.reachable, member);
    const agreeing = this.#relays.refusedTo(member);
    const open = helpers.filter(({ id }) => !agreeing.has(id));
    if (helpers.length === 0) {
      this.#weighAlone(member, refusal);
    } else if (open.length === 0) {
      this.#conclude(member, refusal, "refused");
    } else if (this.#credit.spend(time.now)) {
      const conclude = (outcome: InquiryOutcome) => this.#conclude(member, refusal, outcome);
      refusal.inquiry = new Inquiry(this.#context, member, open, open.length < helpers.length, conclude);
    } else {
      // Many have gone at once. Of most of them others will have told us by the time it is their turn.
      this.#waiting.add(member);
      if (this.#nextTurn?.act === undefined) this.#takeTurns();
    }
  }

  #takeTurns(): void {
    const { agenda, time } = this.#context;
    this.#nextTurn = agenda.add(this.#credit.nextAt(time.now), () => {
      const [member] = this.#waiting;
      const refusal = member && this.#refusals.get(member);
      if (member !== undefined && refusal !== undefined) {
        this.#waiting.delete(member);
        this.#inquire(member, refusal);
      }
      if (this.#waiting.size > 0 && this.#nextTurn?.act === undefined) this.#takeTurns();
    });
  }

  #conclude(member: Member, refusal: Refusal, outcome: InquiryOutcome): void {
    delete refusal.inquiry;
    const { options, time } = this.#context;
    if (outcome === "refused") {
      this.#beliefs.condemn(member, "refused");
    } else if (outcome === "undecided") {
      this.#beliefs.suspect(member);
      this.#redialLater(member, refusal, options.recheckIntervalMs);
    } else {
      // It is refused to us alone. The usual probes, which reach it through others, keep an eye on it.
      refusal.quietUntil = time.now + options.suspicionMaxMs;
    }
  }

  #weighAlone(member: Member, refusal: Refusal): void {
    const { loneRefusals, loneRefusalSpanMs } = this.#context.options;
    const lastsMs = this.#context.time.now - refusal.firstAt;
    if (refusal.count >= loneRefusals && lastsMs >= loneRefusalSpanMs) this.#beliefs.condemn(member, "refused");
    else this.#redialLater(member, refusal, loneRefusalSpanMs / Math.max(1, loneRefusals - 1));
  }

  #redialLater(member: Member, refusal: Refusal, inMs: number): void {
    const { agenda, outbox, time } = this.#context;
    refusal.redial = agenda.add(time.now + inMs, () => outbox.redial(member.id));
  }
}
