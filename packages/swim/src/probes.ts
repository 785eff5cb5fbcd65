import { type Appointment, cancel } from "./agenda.js";
import { type Beliefs, updateOf } from "./beliefs.js";
import type { Context } from "./context.js";
import type { Exchange } from "./exchanges.js";
import type { Member } from "./member.js";
import { KIND } from "./message.js";
import { sendPing } from "./pinging.js";
import { ProbeCycle } from "./probe-cycle.js";
import { NO_UPDATES, STATUS } from "./update.js";

/**
 * The failure detector itself (SWIM, section 3.1): one member per protocol period is pinged; if it does not answer
 * within the time-out, others are asked to ping it; if nobody has heard from it when the period ends, it is suspected.
 *
 * Period and time-out grow with bad local health (Lifeguard, section IV-A). A failed probe worsens it, and one more time
 * if a helper was silent. It does not if somebody else suspects the same member: then it is unlikely to be our fault.
 * (The paper has no such exception; without it a node needs long to find out that half of the others are gone.)
 */
export class Probes {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #onPeriod: () => void;
  readonly #cycle: ProbeCycle;
  #current: Probe | undefined;
  #periodEnd: Appointment | undefined;

  /** @param onPeriod called once per period */
  constructor(context: Context, beliefs: Beliefs, onPeriod: () => void) {
    this.#context = context;
    this.#beliefs = beliefs;
    this.#onPeriod = onPeriod;
    this.#cycle = new ProbeCycle(context.random);
  }

  add(member: Member): void {
    this.#cycle.add(member);
    if (this.#periodEnd?.act !== undefined) return;
    // Nodes that start together should not probe in step.
    const { agenda, options, random, time } = this.#context;
    this.#periodEnd = agenda.add(time.now + random() * options.probeIntervalMs, () => this.#startPeriod());
  }

  #startPeriod(): void {
    const { agenda, counters, health, members, options, time } = this.#context;
    this.#current?.judge();
    this.#current = undefined;
    if (members.size === 0) return;
    const endsAt = time.now + health.scale(options.probeIntervalMs);
    this.#periodEnd = agenda.add(endsAt, () => this.#startPeriod());
    const member = this.#cycle.next(({ status }) => status !== STATUS.unreachable);
    if (member !== undefined) {
      counters.probes++;
      this.#current = new Probe(this.#context, this.#beliefs, member, endsAt);
    }
    this.#onPeriod();
  }
}

class Probe implements Exchange {
  readonly member: Member;
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #endsAt: number;
  readonly #sequence: number;
  readonly #timeout: Appointment;
  /** Who was asked to try and has not said anything. */
  #helpers: readonly Member[] = [];
  #over = false;

  constructor(context: Context, beliefs: Beliefs, member: Member, endsAt: number) {
    const { agenda, exchanges, health, options, time } = context;
    this.#context = context;
    this.#beliefs = beliefs;
    this.member = member;
    this.#endsAt = endsAt;
    this.#sequence = exchanges.open(this);
    this.#timeout = agenda.add(time.now + health.scale(options.probeTimeoutMs), () => this.#askOthers());
    member.awaited++;
    sendPing(context, member, this.#sequence);
  }

  acked(): void {
    this.#finish();
    this.#context.health.lower();
  }

  nacked(from: string): void {
    this.#helpers = this.#helpers.filter(({ id }) => id !== from);
  }

  /** The period is over: whoever has not answered by now is suspected. */
  judge(): void {
    if (this.#over) return;
    this.#finish();
    const member = this.member;
    if (member.removed) return;
    const { counters, health, time } = this.#context;
    counters.failedProbes++;
    if (member.status === STATUS.reachable) health.raise();
    if (this.#helpers.some(({ status, removed }) => status === STATUS.reachable && !removed)) health.raise();
    member.silentAt = time.now;
    this.#beliefs.suspect(member);
  }

  #finish(): void {
    this.#over = true;
    cancel(this.#timeout);
    this.#context.exchanges.close(this.#sequence);
    this.member.awaited--;
  }

  #askOthers(): void {
    const { members, options, outbox, time } = this.#context;
    const member = this.member;
    if (member.removed) return;
    this.#beliefs.silent(member);
    this.#helpers = members.draw(options.indirectProbes, STATUS.reachable, member);
    const withinMs = this.#endsAt - time.now;
    // So that the helper's ping tells the member what is believed of it.
    const updates = options.buddy && member.status !== STATUS.reachable ? [updateOf(member)] : NO_UPDATES;
    for (const { id } of this.#helpers) {
      outbox.send(id, [KIND.pingRequest, this.#sequence, member.id, withinMs, 0, updates]);
    }
  }
}
