import type { Random } from "@rollcall/core";
import type { DnsRecord, Question } from "../dns/message.js";
import { dataKey, setKey } from "../dns/rdata.js";

/** Parts of the time to live after which a record is asked for again, and how far each moment varies (RFC 6762 5.2). */
const REFRESH_AT = [0.8, 0.85, 0.9, 0.95] as const;
const REFRESH_JITTER = 0.02;
/** How long a record lives on after its goodbye, or after the owner sent a set without it (RFC 6762 10.1, 10.2). */
const GOODBYE_MS = 1000;
/** A set that an owner changes is small; this many are kept, the newest. Pointers are bounded by the caller. */
const MAX_IN_SET = 16;

interface Entry {
  readonly record: DnsRecord;
  readonly receivedAt: number;
  readonly ttlMs: number;
  expiresAt: number;
  /** Said goodbye to, or left out by its owner: no longer asked for. */
  dying: boolean;
  /** How many of the moments in REFRESH_AT have been used. */
  refreshes: number;
  refreshAt: number;
}

export interface CacheObserver {
  added(record: DnsRecord): void;
  removed(record: DnsRecord): void;
}

/**
 * What one interface has been told, for as long as it may be believed (RFC 6762 sections 5.2, 7.1 and 10). Knows
 * neither clock nor timers: every call says what time it is, in milliseconds.
 */
export class RecordCache {
  readonly #sets = new Map<string, Map<string, Entry>>();
  readonly #random: Random;
  readonly #observer: CacheObserver;
  /** Never later than the truth: kept up to date where that is cheap, and set right by `refresh`. */
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(random: Random, observer: CacheObserver) {
    this.#random = random;
    this.#observer = observer;
  }

  /** @returns whether anything is different now, other than how long it lasts */
  take(record: DnsRecord, now: number): boolean {
    const set = this.#sets.get(setKey(record)) ?? new Map<string, Entry>();
    const key = dataKey(record);
    const known = set.get(key);
    if (record.ttl === 0) return known !== undefined && this.#letDie(known, now);

    let changed = known === undefined || known.dying;
    if (record.flush) {
      // What came within the last second may be from the same owner's previous packet.
      for (const [other, entry] of set) {
        if (other !== key && entry.receivedAt < now - GOODBYE_MS) changed = this.#letDie(entry, now) || changed;
      }
    }
    const ttlMs = record.ttl * 1000;
    const entry: Entry = {
      record,
      receivedAt: now,
      ttlMs,
      expiresAt: now + ttlMs,
      dying: false,
      refreshes: 0,
      refreshAt: 0,
    };
    this.#planRefresh(entry);
    this.#notice(entry);
    set.delete(key); // so that the newest comes last
    set.set(key, entry);
    this.#sets.set(setKey(record), set);
    if (known === undefined) this.#observer.added(record);
    if (record.type !== "PTR" && set.size > MAX_IN_SET)
      this.#remove(set, set.entries().next().value as [string, Entry]);
    return changed;
  }

  /** The records of one name and type, the best first: those that will stay, the newest before older ones. */
  get<T extends DnsRecord["type"]>(name: string, type: T): Extract<DnsRecord, { type: T }>[] {
    const entries = [...(this.#sets.get(setKey({ name, type }))?.values() ?? [])].reverse();
    const inOrder = [...entries.filter((entry) => !entry.dying), ...entries.filter((entry) => entry.dying)];
    return inOrder.map((entry) => entry.record as Extract<DnsRecord, { type: T }>);
  }

  count(name: string, type: DnsRecord["type"]): number {
    return this.#sets.get(setKey({ name, type }))?.size ?? 0;
  }

  has(record: DnsRecord): boolean {
    return this.#sets.get(setKey(record))?.has(dataKey(record)) ?? false;
  }

  /** Known answers for a question: those with at least half of their life left, which is what is written as TTL (7.1). */
  knownAnswers({ name, type }: Question, now: number): DnsRecord[] {
    const entries = [...(this.#sets.get(setKey({ name, type }))?.values() ?? [])];
    return entries
      .filter((entry) => !entry.dying && entry.expiresAt - now >= entry.ttlMs / 2)
      .map(({ record, expiresAt }) => ({ ...record, flush: false, ttl: Math.floor((expiresAt - now) / 1000) }));
  }

  /** Removes what has expired. @returns whether there was any */
  expire(now: number): boolean {
    let any = false;
    for (const set of [...this.#sets.values()]) {
      for (const pair of [...set]) {
        if (pair[1].expiresAt > now || !set.has(pair[0])) continue;
        any = true;
        this.#remove(set, pair);
      }
    }
    return any;
  }

  /**
   * The questions to ask again now. When one record's moment has come, so has that of all whose time to be asked for
   * has begun: one packet instead of several.
   */
  refresh(now: number): Question[] {
    const questions = new Map<string, Question>();
    const entries = [...this.#sets.values()].flatMap((set) => [...set.values()]);
    const due = entries.some((entry) => !entry.dying && entry.refreshAt <= now);
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const entry of entries) {
      if (due && !entry.dying && this.#windowStart(entry) <= now) {
        const { name, type } = entry.record;
        questions.set(setKey(entry.record), { name, type });
        this.#advance(entry, now);
      }
      this.#notice(entry);
    }
    return [...questions.values()];
  }

  /** Somebody else has just asked this: their answer will reach us too (RFC 6762 section 7.3). */
  asked({ name, type }: Question, now: number): void {
    for (const entry of this.#sets.get(setKey({ name, type }))?.values() ?? []) {
      if (this.#windowStart(entry) <= now) this.#advance(entry, now);
    }
  }

  /** When to call `expire` and then `refresh`, at the latest. */
  get nextAt(): number {
    return this.#nextAt;
  }

  delete(name: string, type: DnsRecord["type"]): void {
    const set = this.#sets.get(setKey({ name, type }));
    for (const pair of [...(set ?? [])]) this.#remove(set as Map<string, Entry>, pair);
  }

  #letDie(entry: Entry, now: number): boolean {
    const changed = !entry.dying;
    entry.dying = true;
    entry.expiresAt = Math.min(entry.expiresAt, now + GOODBYE_MS);
    this.#notice(entry);
    return changed;
  }

  #notice({ expiresAt, refreshAt, dying }: Entry): void {
    this.#nextAt = Math.min(this.#nextAt, expiresAt, dying ? Number.POSITIVE_INFINITY : refreshAt);
  }

  #windowStart({ receivedAt, ttlMs, refreshes }: Entry): number {
    const part = REFRESH_AT[refreshes];
    return part === undefined ? Number.POSITIVE_INFINITY : receivedAt + part * ttlMs;
  }

  #planRefresh(entry: Entry): void {
    entry.refreshAt = this.#windowStart(entry) + this.#random() * REFRESH_JITTER * entry.ttlMs;
  }

  /** To the first moment that still lies ahead: after a pause of the process several may have passed. */
  #advance(entry: Entry, now: number): void {
    while (this.#windowStart(entry) <= now) entry.refreshes++;
    this.#planRefresh(entry);
  }

  #remove(set: Map<string, Entry>, [key, { record }]: readonly [string, Entry]): void {
    set.delete(key);
    if (set.size === 0) this.#sets.delete(setKey(record));
    this.#observer.removed(record);
  }
}
