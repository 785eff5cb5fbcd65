import { type Appointment, cancel } from "./agenda.js";
import { type Beliefs, updateOf } from "./beliefs.js";
import type { Context } from "./context.js";
import type { Exchange } from "./exchanges.js";
import type { Member } from "./member.js";
import { KIND } from "./message.js";
import { sendPing } from "./pinging.js";
import { ProbeCycle } from "./probe-cycle.js";
import { NO_UPDATES, STATUS } from "./update.js";

/** How much of a round has to be over before the next may begin, if this node is awake anyway. */
const LEAST_OF_ROUND = 0.75;

/**
 * The failure detector itself (SWIM, section 3.1): one member per protocol period is pinged; if it does not answer
 * within the time-out, others are asked to ping it; if nobody has heard from it when the period ends, it is suspected. If
 * only others have (which the paper has no use for: its messages go by UDP), the connection to it is to be renewed.
 *
 * Period and time-out grow with bad local health (Lifeguard, section IV-A). A failed probe worsens it, and one more time
 * if a helper was silent. It does not if somebody else suspects the same member: then it is unlikely to be our fault.
 * (The paper has no such exception; without it a node needs long to find out that half of the others are gone.)
 *
 * At rest, what costs a node is to be woken, not what it does then. So, unlike in the paper, while it is in good health the
 * probes of a few periods are made at the same time, a round; and one that is pinged, and has had its own probes answered,
 * begins a round that would begin soon. So nodes come to probe at the same time (as pulse-coupled oscillators do; Mirollo,
 * Strogatz, SIAM J. Appl. Math. 50(6), 1990), and are woken half as often.
 */
export class Probes {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #onPeriod: () => void;
  readonly #cycle: ProbeCycle;
  #current: Probe[] = [];
  #roundEnd: Appointment | undefined;
  /** From when on the round may end early. */
  #mayEndAt = Number.POSITIVE_INFINITY;

  /** @param onPeriod called once per period, whether or not there is anybody to probe */
  constructor(context: Context, beliefs: Beliefs, onPeriod: () => void) {
    this.#context = context;
    this.#beliefs = beliefs;
    this.#onPeriod = onPeriod;
    this.#cycle = new ProbeCycle(context.random);
  }

  add(member: Member): void {
    this.#cycle.add(member);
    if (this.#roundEnd?.act !== undefined) return;
    // Nodes that start together should not probe in step.
    const { agenda, options, random, time } = this.#context;
    this.#roundEnd = agenda.add(time.now + random() * options.probeIntervalMs, () => this.#startRound());
  }

  /** This node has been woken by somebody else: what it would soon wake up for is done now, unless it is still busy. */
  hurry(): void {
    if (this.#context.time.now < this.#mayEndAt || !this.#current.every(({ isOver }) => isOver)) return;
    cancel(this.#roundEnd);
    this.#startRound();
  }

  #startRound(): void {
    const { agenda, counters, health, members, options, time } = this.#context;
    this.#mayEndAt = Number.POSITIVE_INFINITY;
    // In this order: at the end of a round of one probe, that is judged before the next is made.
    for (const probe of this.#current) probe.judge();
    this.#current = [];
    if (members.size === 0) return;
    const periodMs = health.scale(options.probeIntervalMs);
    // Not in bad health: rounds are long enough then, and whoever is cut off has to see that the others are missing.
    const atOnce = health.score === 0 ? options.probesAtOnce : 1;
    while (this.#current.length < atOnce) {
      const member = this.#cycle.next((other) => this.#isToBeProbed(other));
      if (member === undefined) break;
      counters.probes++;
      this.#current.push(new Probe(this.#context, this.#beliefs, member, time.now + periodMs));
    }
    // With nobody to probe, a period passes all the same.
    const periods = Math.max(1, this.#current.length);
    this.#mayEndAt = time.now + LEAST_OF_ROUND * periods * periodMs;
    this.#roundEnd = agenda.add(time.now + periods * periodMs, () => this.#startRound());
    for (let left = periods; left > 0; left--) this.#onPeriod();
  }

  #isToBeProbed(member: Member): boolean {
    return member.status !== STATUS.unreachable && !this.#current.some((probe) => probe.member === member);
  }
}

class Probe implements Exchange {
  readonly member: Member;
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #endsAt: number;
  readonly #sequence: number;
  readonly #timeout: Appointment;
  readonly #end: Appointment;
  /** Who was asked to try and has not said anything. */
  #helpers: readonly Member[] = [];
  /** Whether the member has answered a helper. It may still answer us, until the period ends. */
  #isAlive = false;
  /** Whether the member has answered us, or the period is over. */
  isOver = false;

  constructor(context: Context, beliefs: Beliefs, member: Member, endsAt: number) {
    const { agenda, exchanges, health, options, time } = context;
    this.#context = context;
    this.#beliefs = beliefs;
    this.member = member;
    this.#endsAt = endsAt;
    this.#sequence = exchanges.open(this);
    this.#timeout = agenda.add(time.now + health.scale(options.probeTimeoutMs), () => this.#askOthers());
    this.#end = agenda.add(endsAt, () => this.judge());
    member.awaited++;
    sendPing(context, member, this.#sequence);
  }

  acked(to: "us" | "helper"): void {
    if (to === "us") this.#close();
    if (this.#isAlive) return;
    this.#isAlive = true;
    this.#settle();
    this.#context.health.lower();
  }

  nacked(from: string): void {
    this.#helpers = this.#helpers.filter(({ id }) => id !== from);
  }

  /** The period is over: whoever has not answered by now is suspected, or the connection if others were answered. */
  judge(): void {
    if (this.isOver) return;
    this.#close();
    const member = this.member;
    const { counters, health, outbox, time } = this.#context;
    if (this.#isAlive) {
      counters.indirectAnswers++;
      if (!member.removed) outbox.renew(member.id);
      return;
    }
    this.#settle();
    if (member.removed) return;
    counters.failedProbes++;
    if (member.status === STATUS.reachable) health.raise();
    if (this.#helpers.some(({ status, removed }) => status === STATUS.reachable && !removed)) health.raise();
    member.silentAt = time.now;
    this.#beliefs.suspect(member);
  }

  /** Whether the member lives is known, or will not be. */
  #settle(): void {
    cancel(this.#timeout);
    this.member.awaited--;
  }

  #close(): void {
    this.isOver = true;
    cancel(this.#end);
    this.#context.exchanges.close(this.#sequence);
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
