import type { Counting } from "./counters.js";
import type { Member } from "./member.js";
import { NO_UPDATES, type Update } from "./update.js";

interface News {
  readonly member: Member;
  update: Update;
  sends: number;
  /** After this it is no news any more, however often it was sent. */
  expiresAt: number;
}

export interface DisseminationOptions {
  readonly retransmitFactor: number;
  readonly gossipIntervalMs: number;
}

/**
 * What has still to be told to others: at most one piece of news about each member, the latest. Each is sent
 * ⌊λ · log2(n + 1)⌋ times, and those that were sent least go first (SWIM, section 4.1); of those sent equally often the
 * newest.
 *
 * What could not be sent so often in as many gossip intervals is dropped: a node that was cut off would otherwise come
 * back with verdicts on everybody that have long been overtaken.
 */
export class Dissemination {
  readonly #options: DisseminationOptions;
  readonly #counters: Pick<Counting, "expiredNews">;
  readonly #news = new Map<Member, News>();
  /** By how often they have been sent. */
  readonly #piles: News[][] = [];
  #limit = 0;
  #size = 0;

  constructor(options: DisseminationOptions, counters: Pick<Counting, "expiredNews">) {
    this.#options = options;
    this.#counters = counters;
  }

  /** How many pieces of news there are to send. */
  get size(): number {
    return this.#size;
  }

  /** How often each is sent. */
  get limit(): number {
    return this.#limit;
  }

  /** @param nodes how many nodes there are, this one included */
  resize(nodes: number): void {
    this.#limit = retransmissions(this.#options.retransmitFactor, nodes);
  }

  /** Tells of a member what `update` says, and no longer what was to be told before. */
  put(member: Member, update: Update, now: number): void {
    const expiresAt = now + this.#limit * this.#options.gossipIntervalMs;
    let news = this.#news.get(member);
    if (news === undefined) {
      news = { member, update, sends: 0, expiresAt };
      this.#news.set(member, news);
      this.#size++;
    } else {
      const pile = this.#pile(news.sends);
      const at = pile.indexOf(news);
      pile[at] = pile.at(-1) as News;
      pile.pop();
      news.update = update;
      news.sends = 0;
      news.expiresAt = expiresAt;
    }
    this.#pile(0).push(news);
  }

  /** Tells nothing of a member any more. */
  forget(member: Member): void {
    const news = this.#news.get(member);
    if (news === undefined) return;
    const pile = this.#pile(news.sends);
    pile.splice(pile.indexOf(news), 1);
    this.#drop(news);
  }

  /** What to put into one message; counts as sent. */
  take(most: number, now: number): readonly Update[] {
    if (this.#size === 0 || most <= 0) return NO_UPDATES;
    const taken: News[] = [];
    for (let sends = 0; sends < this.#piles.length && taken.length < most; sends++) {
      const pile = this.#pile(sends);
      while (pile.length > 0 && taken.length < most) {
        const news = pile.pop() as News;
        if (news.sends < this.#limit && news.expiresAt > now) taken.push(news);
        else this.#expire(news);
      }
    }
    // Only now, so that nothing is taken twice.
    for (const news of taken) {
      news.sends++;
      if (news.sends >= this.#limit) this.#drop(news);
      else this.#pile(news.sends).push(news);
    }
    return taken.map(({ update }) => update);
  }

  #expire(news: News): void {
    if (news.sends < this.#limit) this.#counters.expiredNews++;
    this.#drop(news);
  }

  #drop(news: News): void {
    this.#news.delete(news.member);
    this.#size--;
  }

  #pile(sends: number): News[] {
    const pile = this.#piles[sends];
    if (pile !== undefined) return pile;
    const made: News[] = [];
    this.#piles[sends] = made;
    return made;
  }
}

/** ⌊λ · log2(n + 1)⌋, and 1 at least. */
export function retransmissions(factor: number, nodes: number): number {
  return Math.max(1, Math.floor(factor * Math.log2(nodes + 1)));
}
