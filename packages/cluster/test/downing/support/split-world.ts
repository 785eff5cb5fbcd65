import type { DowningDecision, DowningStrategy, DowningView } from "../../../src/downing/index.js";
import { leaderActions } from "../../../src/leadership/leader-actions.js";
import { electLeader } from "../../../src/leadership/leadership.js";
import { isLiving, type Member, type MemberStatus, statusRank } from "../../../src/membership/member.js";
import { Membership } from "../../../src/membership/membership.js";
import { defaultSettings } from "../../../src/settings.js";
import { member, node } from "../../support/nodes.js";

/** Something that a node decided, and that had an effect. */
export interface Deed {
  readonly at: number;
  readonly by: number;
  readonly down: readonly number[];
  readonly because: string;
}

export interface SplitWorldOptions {
  readonly strategy: DowningStrategy;
  /** Who is a member, as everybody holds it. A member of status up without a number becomes as old as it is low. */
  readonly members: readonly Member[];
  /** How long a node takes to notice that it does not see another one, in milliseconds. Default 0. */
  readonly noticesAfterMs?: (observer: number, subject: number) => number;
}

/**
 * Nodes that each decide by what they see, in simulated time; named by their numbers. News passes at once between two
 * of which one sees the other, and so through others. A node that learns that it is down stops. A leader makes members up once
 * everybody that it takes for reachable holds the same, unless the strategy has that held.
 *
 * Between events nothing is asked but what asked to be reconsidered: a strategy that forgets to is found out.
 */
export class SplitWorld {
  now = 0;
  readonly deeds: Deed[] = [];
  readonly #options: SplitWorldOptions;
  readonly #nodes = new Map<number, SplitNode>();
  /** `1 2`: 1 does not see 2. */
  readonly #blind = new Set<string>();
  readonly #agenda: { readonly at: number; readonly act: () => void }[] = [];

  constructor(options: SplitWorldOptions) {
    this.#options = options;
    const members = options.members.map((each) => ({ ...each, upNumber: each.upNumber || bornAs(each) }));
    for (const each of members) this.#nodes.set(numberOf(each), new SplitNode(numberOf(each), members));
  }

  /** Does something later, in milliseconds from the beginning. */
  at(ms: number, act: () => void): void {
    this.#agenda.push({ at: ms, act });
    this.#agenda.sort((a, b) => a.at - b.at);
  }

  /** From now on one node does not see another, and notices in its time. */
  blind(observer: number, subject: number): void {
    this.#blind.add(`${observer} ${subject}`);
    const delayMs = this.#options.noticesAfterMs?.(observer, subject) ?? 0;
    this.at(this.now + delayMs, () => {
      if (!this.#sees(observer, subject)) this.#nodes.get(observer)?.notice(subject, this.now);
    });
  }

  /** One node sees another again, and notices at once. */
  reveal(observer: number, subject: number): void {
    this.#blind.delete(`${observer} ${subject}`);
    for (const number of [observer, subject]) this.node(number).hasNews = true;
    this.node(observer).notice(subject, undefined, this.now);
  }

  /** Two nodes do not see each other. */
  cut(a: number, b: number): void {
    this.blind(a, b);
    this.blind(b, a);
  }

  /** Nobody sees anybody on another side. */
  split(sides: readonly (readonly number[])[]): void {
    for (const side of sides)
      for (const other of sides) if (side !== other) for (const a of side) for (const b of other) this.blind(a, b);
  }

  heal(): void {
    for (const pair of [...this.#blind]) {
      const [observer, subject] = pair.split(" ").map(Number) as [number, number];
      this.reveal(observer, subject);
    }
  }

  /** A node is gone without a word. */
  crash(number: number): void {
    this.node(number).running = false;
    for (const other of this.#nodes.keys()) {
      this.blind(other, number);
      this.#blind.add(`${number} ${other}`);
    }
  }

  /** A new node joins through a member, and sees those whom that one sees. */
  join(number: number, through: number): void {
    const contact = this.node(through);
    contact.hold(member(number, "joining"), this.now);
    const newcomer = new SplitNode(number, [...contact.members.values()]);
    this.#nodes.set(number, newcomer);
    for (const other of this.#nodes.keys()) if (!this.#sees(through, other)) this.cut(number, other);
  }

  /** What one node has not told anybody: news on its way when the network was cut. */
  hold(by: number, of: number, status: MemberStatus, upNumber = 0): void {
    this.node(by).hold(member(of, status, "reachable", upNumber), this.now);
  }

  node(number: number): SplitNode {
    const found = this.#nodes.get(number);
    if (found === undefined) throw new Error(`There is no node ${number}.`);
    return found;
  }

  run(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      while (this.#agenda[0] !== undefined && this.#agenda[0].at <= this.now) this.#agenda.shift()?.act();
      this.#spread();
      while (this.#decide() || this.#promote()) this.#spread();
      const wakeUps = this.#running.map(({ wakeAt }) => wakeAt);
      const next = Math.min(this.#agenda[0]?.at ?? Number.POSITIVE_INFINITY, ...wakeUps);
      if (next > until) break;
      this.now = next;
    }
    this.now = until;
    return this;
  }

  /** Who is left, in groups that news passes through: `1 2 / 3`, or `nobody`. */
  get survivors(): string {
    const left = new Set(this.#running.map(({ number }) => number).sort((a, b) => a - b));
    const groups: string[] = [];
    for (const first of left) {
      const group = [first];
      left.delete(first);
      for (const at of group) {
        for (const other of [...left]) if (this.#linked(at, other) && left.delete(other)) group.push(other);
      }
      groups.push(group.sort((a, b) => a - b).join(" "));
    }
    return groups.join(" / ") || "nobody";
  }

  get #running(): SplitNode[] {
    return [...this.#nodes.values()].filter(({ running }) => running);
  }

  #sees(observer: number, subject: number): boolean {
    return !this.#blind.has(`${observer} ${subject}`);
  }

  /** Who sees somebody has had an answer, so the way is open in both directions. */
  #linked(a: number, b: number): boolean {
    return this.#sees(a, b) || this.#sees(b, a);
  }

  /** Passes news until there is none, and stops who is down. */
  #spread(): void {
    for (let a = this.#withNews; a !== undefined; a = this.#withNews) {
      a.hasNews = false;
      for (const b of this.#running) {
        if (a === b || !this.#linked(a.number, b.number)) continue;
        for (const each of a.members.values()) b.hold(each, this.now);
      }
    }
    for (const { self, number } of this.#running) if (!isLiving(self)) this.crash(number);
  }

  get #withNews(): SplitNode | undefined {
    return this.#running.find(({ hasNews }) => hasNews);
  }

  /** Asks whom something has changed for or who wanted to be asked; all of them before any of them acts. */
  #decide(): boolean {
    const due = this.#running.filter((each) => each.changed || each.wakeAt <= this.now);
    const decisions = due.map((each) => each.ask(this.#options.strategy, this.now));
    let acted = false;
    due.forEach((each, index) => {
      const { down, because } = decisions[index] as DowningDecision;
      const numbers = down.map(({ host }) => Number(host.split(".").at(-1)));
      const done = numbers.filter((number) => each.hold(member(number, "down"), this.now));
      if (done.length > 0) this.deeds.push({ at: this.now, by: each.number, down: done, because });
      if (done.length > 0) acted = true;
    });
    return acted;
  }

  /** Whoever leads makes up who is joining, once all that it takes for reachable hold what it holds. */
  #promote(): boolean {
    for (const each of this.#running) {
      if (each.holdsJoining || ![...each.members.values()].some(({ status }) => status === "joining")) continue;
      const { membership, isLeader } = each.view(this.now);
      if (!isLeader) continue;
      const { digest } = each;
      const reachable = [...membership].filter((of) => isLiving(of) && of.reachability === "reachable");
      if (!reachable.every((of) => this.node(numberOf(of)).digest === digest)) continue;
      const ups = leaderActions(membership).filter(({ to }) => to === "up");
      let last = Math.max(...[...membership].map(({ upNumber }) => upNumber));
      for (const { member: joined } of ups) each.hold({ ...joined, status: "up", upNumber: ++last }, this.now);
      if (ups.length > 0) return true;
    }
    return false;
  }
}

/** One node: what it holds, and whom it does not reach. */
export class SplitNode {
  readonly number: number;
  readonly members = new Map<number, Member>();
  readonly #unreachableSince = new Map<number, number>();
  #restsSince = 0;
  running = true;
  /** Whether it has to be asked. */
  changed = true;
  /** Whether it holds what others may not. */
  hasNews = true;
  holdsJoining = false;
  wakeAt = Number.POSITIVE_INFINITY;
  /** The last thing it said. */
  because = "";

  constructor(number: number, members: readonly Member[]) {
    this.number = number;
    for (const each of members) this.members.set(numberOf(each), each);
  }

  get self(): Member {
    return this.members.get(this.number) as Member;
  }

  get digest(): string {
    return [...this.members]
      .map(([number, { status, upNumber }]) => `${number} ${status} ${upNumber}`)
      .sort()
      .join();
  }

  /** @param since when it was last seen; undefined if it is now */
  notice(subject: number, since: number | undefined, now = since ?? 0): void {
    const known = this.#unreachableSince.get(subject);
    if ((known === undefined) === (since === undefined)) return;
    if (since === undefined) this.#unreachableSince.delete(subject);
    else this.#unreachableSince.set(subject, since);
    if (this.members.get(subject)?.status !== "joining") this.#restsSince = now;
    this.changed = true;
  }

  /** Takes in what is said of a member, if it is news. */
  hold(news: Member, now: number): boolean {
    const known = this.members.get(numberOf(news));
    if (known !== undefined && statusRank(news.status) <= statusRank(known.status)) return false;
    this.members.set(numberOf(news), { ...news, upNumber: known?.upNumber || news.upNumber });
    if (news.status !== "joining") this.#restsSince = now;
    this.changed = true;
    this.hasNews = true;
    return true;
  }

  view(now: number): DowningView {
    const members = [...this.members].map(([number, each]): Member => {
      return { ...each, reachability: this.#unreachableSince.has(number) ? "unreachable" : "reachable" };
    });
    const leader = electLeader(members, defaultSettings().leadership);
    const self = this.self;
    return {
      self,
      membership: new Membership(members),
      leader,
      isLeader: leader?.node.id === self.node.id,
      unreachable: members
        .filter((each) => isLiving(each) && each.reachability === "unreachable")
        .map((each) => ({ member: each, forMs: now - (this.#unreachableSince.get(numberOf(each)) as number) })),
      stableForMs: now - this.#restsSince,
    };
  }

  ask(strategy: DowningStrategy, now: number): DowningDecision {
    const decision = strategy.decide(this.view(now));
    if ((decision.reconsiderInMs ?? 1) <= 0) throw new Error(`${strategy.name} wants to be asked again without end.`);
    this.changed = false;
    this.holdsJoining = decision.holdJoining === true;
    this.wakeAt = now + (decision.reconsiderInMs ?? Number.POSITIVE_INFINITY);
    this.because = decision.because;
    return decision;
  }
}

/** Members that are up, as old as they are low. */
export function ups(...numbers: number[]): Member[] {
  return numbers.map((number) => member(number, "up", "reachable", number));
}

export function numberOf(of: Member): number {
  return Number(of.node.host.split(".").at(-1));
}

function bornAs(each: Member): number {
  return each.status === "up" ? numberOf(each) : 0;
}

/** The address of a node, as reasons show it. */
export function addressOf(number: number): string {
  return node(number).address;
}
