import { cancel } from "./agenda.js";
import type { Context } from "./context.js";
import type { Member, ReachabilityReason } from "./member.js";
import { KIND } from "./message.js";
import { suspicionTimeoutMs } from "./suspicion-timeout.js";
import { LIMITS, NO_UPDATES, STATUS, type Status, type Update } from "./update.js";

/** Who has to know when a belief changes. */
export interface BeliefsListener {
  /** There is news to tell. */
  onNews(): void;
  /** Somebody else suspects a member that nobody suspected before, in this incarnation. */
  onSuspicionHeard(member: Member): void;
  onUnreachable(member: Member): void;
  /** One that was unreachable no longer is. */
  onReachable(member: Member): void;
  /** A member lives, but does not know yet that it is suspected or counts as unreachable. */
  onUnaware(member: Member): void;
}

/**
 * What this node believes of itself and the others, and the rules by which a belief gives way to another (SWIM, section
 * 4.2). Everything that changes one goes through here, is told to others, and reported if it changes the reachability.
 *
 * Unlike there, `unreachable` is not final. It is a third status of an incarnation, above `suspect`, and a higher
 * incarnation ends it: somebody who was cut off is back as soon as he has heard what is believed of him and has been
 * heard in turn. A mere sign of life does not do: who can send but not receive would come and go for ever.
 */
export class Beliefs {
  readonly #context: Context;
  readonly #listener: BeliefsListener;

  constructor(context: Context, listener: BeliefsListener) {
    this.#context = context;
    this.#listener = listener;
  }

  /**
   * Takes in what somebody says.
   *
   * @returns what that one should be told in return, because we know better
   */
  hear(updates: readonly Update[]): readonly Update[] {
    let corrections: Update[] | undefined;
    for (const update of updates) {
      const better = this.#hearOne(update);
      if (better === undefined) continue;
      corrections ??= [];
      corrections.push(updateOf(better));
    }
    return corrections ?? NO_UPDATES;
  }

  /** Takes in what somebody believes of this node; refutes it unless it is `reachable`. */
  hearOfSelf(incarnation: number, status: Status): void {
    const { self, health, counters } = this.#context;
    if (incarnation < self.incarnation || incarnation >= LIMITS.number) return;
    if (status === STATUS.reachable) {
      self.incarnation = incarnation;
      return;
    }
    self.incarnation = incarnation + 1;
    counters.refutations++;
    health.raise();
    this.#tell(self);
  }

  /** A member has named its own incarnation; it need not have heard anything of us. */
  hearFrom(member: Member, incarnation: number): void {
    if (incarnation > member.incarnation) this.#believe(member, incarnation, STATUS.reachable, "answered");
  }

  /** A member has answered us, or somebody who tells us, and named its incarnation. */
  answered(member: Member, incarnation: number): void {
    member.silentAt = undefined;
    this.hearFrom(member, incarnation);
  }

  /** Somebody has been heard from. If he is not believed to be reachable, he should be told, and can refute. */
  noteSignOfLife(member: Member): void {
    if (member.status !== STATUS.reachable) this.#listener.onUnaware(member);
  }

  /** A ping of ours was not answered in time: not enough to suspect a member, but to share a suspicion of it. */
  silent(member: Member): void {
    member.silentAt = this.#context.time.now;
    if (member.status === STATUS.suspect) this.suspect(member);
  }

  /** This node has found out by itself that a member does not answer. */
  suspect(member: Member): void {
    const { self, counters } = this.#context;
    if (member.status === STATUS.unreachable) return;
    if (member.status === STATUS.reachable) {
      this.#believe(member, member.incarnation, STATUS.suspect, "silent", [self.id]);
    } else if (!this.#addSuspecters(member, [self.id])) {
      return;
    }
    counters.suspicions++;
    this.#tellItself(member);
  }

  /** This node has come to a verdict. */
  condemn(member: Member, because: ReachabilityReason): void {
    if (member.status === STATUS.unreachable) return;
    this.#context.counters.verdicts++;
    // In a large cluster a suspicion that all have heard of ends for all at the same time; it need not hear it from all.
    const isOurs = member.suspecters.includes(this.#context.self.id);
    this.#believe(member, member.incarnation, STATUS.unreachable, because);
    if (isOurs) this.#tellItself(member);
  }

  /** Lets go of a member that is no longer one. */
  forget(member: Member): void {
    cancel(member.doubt?.verdict);
    this.#context.dissemination.forget(member);
    this.#reviseVerdicts();
  }

  /** @returns the member on which we know better */
  #hearOne(update: Update): Member | undefined {
    const [id, incarnation, status, suspecters = []] = update;
    const { self, members, counters } = this.#context;
    if (id === self.id) {
      this.hearOfSelf(incarnation, status);
      return incarnation < self.incarnation ? self : undefined;
    }
    const member = members.get(id);
    if (member === undefined) {
      counters.unknownMembers++;
      return undefined;
    }
    if (incarnation < member.incarnation) return member;
    if (incarnation > member.incarnation || status > member.status) {
      const because = status === STATUS.reachable ? "answered" : "told";
      this.#believe(member, incarnation, status, because, suspecters);
      if (status === STATUS.suspect) this.#listener.onSuspicionHeard(member);
      return undefined;
    }
    if (status < member.status) return member;
    if (status === STATUS.suspect) this.#addSuspecters(member, suspecters);
    return undefined;
  }

  #believe(
    member: Member,
    incarnation: number,
    status: Status,
    because: ReachabilityReason,
    suspecters: readonly string[] = [],
  ): void {
    const { options, outbox, time } = this.#context;
    const before = member.status;
    const wasRuledOut = member.isRuledOut;
    cancel(member.doubt?.verdict);
    member.incarnation = incarnation;
    member.status = status;
    if (status === STATUS.reachable) {
      member.doubt = undefined;
      member.silentAt = undefined;
    } else {
      const counted = status === STATUS.suspect ? suspecters.slice(0, options.confirmations + 1) : [];
      member.doubt = { because, since: time.now, suspecters: counted, verdict: undefined, told: false };
    }
    this.#recount(member, wasRuledOut);
    this.#setVerdict(member);
    this.#tell(member);
    if (before !== status) outbox.changed(member.id, before, status, because);
    if (status === STATUS.unreachable) this.#listener.onUnreachable(member);
    else if (before === STATUS.unreachable) this.#listener.onReachable(member);
  }

  /** @returns whether one of them counts */
  #addSuspecters(member: Member, suspecters: readonly string[]): boolean {
    const { doubt } = member;
    if (doubt === undefined) return false;
    const before = doubt.suspecters;
    // More than that make it no shorter.
    const room = this.#context.options.confirmations + 1 - before.length;
    const added = suspecters.filter((id) => !before.includes(id)).slice(0, room);
    if (added.length === 0) return false;
    const wasRuledOut = member.isRuledOut;
    // Somebody else has found out, too, what we blamed ourselves for.
    if (before.length === 1 && before[0] === this.#context.self.id) this.#context.health.lower();
    doubt.suspecters = [...before, ...added];
    this.#recount(member, wasRuledOut);
    this.#setVerdict(member);
    this.#tell(member);
    return true;
  }

  /** Puts the end of a suspicion where it belongs by now. */
  #setVerdict(member: Member): void {
    const { doubt, status } = member;
    if (doubt === undefined || status !== STATUS.suspect) return;
    const { agenda, members, options } = this.#context;
    const { suspicionMinMs, suspicionMaxMs } = options;
    const wanted = Math.min(options.confirmations, members.possibleConfirmers(member));
    const lastsMs = suspicionTimeoutMs(suspicionMinMs, suspicionMaxMs, doubt.suspecters.length - 1, wanted);
    cancel(doubt.verdict);
    doubt.verdict = agenda.add(doubt.since + lastsMs, () => this.condemn(member, "silent"));
  }

  #recount(member: Member, wasRuledOut: boolean): void {
    if (member.isRuledOut === wasRuledOut) return;
    this.#context.members.ruledOut += wasRuledOut ? -1 : 1;
    this.#reviseVerdicts();
  }

  /** Where there are fewer who could confirm a suspicion than before, or more, it ends at another time. */
  #reviseVerdicts(): void {
    const { members, options } = this.#context;
    // Where there are enough of them either way, it does not.
    if (members.size - members.ruledOut > options.confirmations + 2) return;
    for (const member of members) this.#setVerdict(member);
  }

  #tell(member: Member): void {
    const { dissemination, time } = this.#context;
    dissemination.put(member, updateOf(member), time.now);
    this.#listener.onNews();
  }

  /** Who is suspected should be the first to know. */
  #tellItself(member: Member): void {
    const { options, outbox } = this.#context;
    if (options.buddy) outbox.send(member.id, [KIND.gossip, [updateOf(member)]]);
  }
}

/** What is believed of a member, as it is told to others. */
export function updateOf(member: Member): Update {
  const { id, incarnation, status } = member;
  return status === STATUS.suspect ? [id, incarnation, status, [...member.suspecters]] : [id, incarnation, status];
}
