import { cancel } from "./agenda.js";
import type { Beliefs } from "./beliefs.js";
import type { Context } from "./context.js";
import { Credit } from "./credit.js";
import type { Member } from "./member.js";
import { sendPing } from "./pinging.js";

/**
 * Pings out of turn, for those whose reachability is in question: whoever hears of a suspicion sees for itself, so that
 * independent suspicions (Lifeguard, section IV-B) come within a time-out and not within a cycle; and whoever answers
 * without knowing what is believed of it is told. Neither paper has such checks. So many per period and no more.
 */
export class Checks {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #credit: Credit;

  constructor(context: Context, beliefs: Beliefs) {
    const { checksPerInterval, probeIntervalMs } = context.options;
    this.#context = context;
    this.#beliefs = beliefs;
    this.#credit = new Credit(checksPerInterval, probeIntervalMs / checksPerInterval, context.time.now);
  }

  /** Somebody suspects a member: confirm it, if we know already, or find out. */
  onSuspicionHeard(member: Member): void {
    const { members, options, random, time } = this.#context;
    if (options.checkers === 0) return;
    // As it has just been to those who were asked to probe it.
    const { silentAt } = member;
    if (silentAt !== undefined && silentAt > time.now - options.probeIntervalMs) this.#beliefs.suspect(member);
    else if (random() * (members.size - members.ruledOut) < options.checkers) this.check(member);
  }

  /** Pings a member now, unless that is under way anyway, and it has been told what is believed of it. */
  check(member: Member): void {
    if (member.awaited > 0 && member.doubt?.told !== false) return;
    if (this.#credit.spend(this.#context.time.now)) this.#ping(member);
    else this.#context.counters.skippedChecks++;
  }

  /** Pings one that is unreachable; how often is the caller's business. */
  recheck(member: Member): void {
    this.#ping(member);
  }

  #ping(member: Member): void {
    const { agenda, exchanges, health, options, time } = this.#context;
    const finish = () => {
      exchanges.close(sequence);
      member.awaited--;
    };
    const acked = () => {
      cancel(timeout);
      finish();
    };
    const sequence = exchanges.open({ member, acked, nacked: () => {} });
    const timeout = agenda.add(time.now + health.scale(options.probeTimeoutMs), () => {
      finish();
      if (!member.removed) this.#beliefs.silent(member);
    });
    member.awaited++;
    sendPing(this.#context, member, sequence);
  }
}
