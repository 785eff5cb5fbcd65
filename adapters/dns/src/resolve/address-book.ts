import type { Clock } from "@rollcall/core";
import { nameKey } from "../wire/names.js";

export type Family = "A" | "AAAA";

export interface Entry {
  readonly addresses: readonly string[];
  /** By the clock. */
  readonly expiresAt: number;
}

/** A time to live of 0 would not last until the end of the lookup that found the address. */
const SHORTEST_MS = 1000;

/**
 * Addresses that were found, until they expire, so that a poll asks for those alone that may have changed. What has
 * expired can still be had, for when nothing newer can.
 */
export class AddressBook {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ttl seconds */
  note(name: string, family: Family, addresses: readonly string[], ttl: number): Entry {
    const entry = { addresses, expiresAt: this.#clock.now() + Math.max(SHORTEST_MS, ttl * 1000) };
    this.#entries.set(key(name, family), entry);
    return entry;
  }

  /** What has not expired. */
  fresh(name: string, family: Family): Entry | undefined {
    const entry = this.last(name, family);
    return entry !== undefined && entry.expiresAt > this.#clock.now() ? entry : undefined;
  }

  /** What was noted last. */
  last(name: string, family: Family): Entry | undefined {
    return this.#entries.get(key(name, family));
  }

  /** Forgets all names but these. */
  keep(names: readonly string[]): void {
    const kept = new Set(names.flatMap((name) => [key(name, "A"), key(name, "AAAA")]));
    for (const known of this.#entries.keys()) if (!kept.has(known)) this.#entries.delete(known);
  }
}

function key(name: string, family: Family): string {
  return `${family} ${nameKey(name)}`;
}
