import { type Appointment, cancel } from "./agenda.js";
import type { Checks } from "./checks.js";
import type { Context } from "./context.js";
import type { Member } from "./member.js";

/** How many members are tried again at a time, and how often each before it is left to the slow round. */
const AT_A_TIME = 4;
const TIMES = 10;

/**
 * Tries those again who are unreachable, as that is not final: often at first, so that a false verdict is withdrawn soon,
 * and then one per protocol period, in turn. They are no longer probed (SWIM would have forgotten them), so that the
 * dead do not take time from the living.
 */
export class Rechecks {
  readonly #context: Context;
  readonly #checks: Checks;
  /** In the order in which they are tried next. */
  readonly #unreachable = new Set<Member>();
  /** Those tried often, with how many times are left. */
  readonly #fresh = new Map<Member, number>();
  #next: Appointment | undefined;

  constructor(context: Context, checks: Checks) {
    this.#context = context;
    this.#checks = checks;
  }

  add(member: Member): void {
    this.#unreachable.add(member);
    if (!this.#isMyTurn(1)) return;
    this.#fresh.set(member, TIMES);
    if (this.#next?.act === undefined) this.#schedule();
  }

  delete(member: Member): void {
    this.#unreachable.delete(member);
    this.#fresh.delete(member);
    if (this.#fresh.size === 0) cancel(this.#next);
  }

  /** Tries the one that has waited longest. */
  tryNext(): void {
    if (!this.#isMyTurn(this.#unreachable.size)) return;
    for (const member of this.#unreachable) {
      this.#unreachable.delete(member);
      this.#unreachable.add(member);
      this.#try(member);
      return;
    }
  }

  /** Each is tried by a few members on average, so that who comes back is not met by all at once. */
  #isMyTurn(members: number): boolean {
    const { members: others, options, random } = this.#context;
    return random() * others.size < members * Math.max(1, options.checkers);
  }

  #schedule(): void {
    const { agenda, options, time } = this.#context;
    this.#next = agenda.add(time.now + options.recheckIntervalMs, () => this.#tryFresh());
  }

  #tryFresh(): void {
    let left = AT_A_TIME;
    for (const [member, times] of [...this.#fresh]) {
      if (left-- === 0) break;
      this.#fresh.delete(member);
      if (times > 1) this.#fresh.set(member, times - 1);
      this.#try(member);
    }
    if (this.#fresh.size > 0) this.#schedule();
  }

  #try(member: Member): void {
    if (member.connected === false) this.#context.outbox.redial(member.id);
    this.#checks.recheck(member);
  }
}
