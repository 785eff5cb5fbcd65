import { formatEndpoint, type ServiceInstance } from "@rollcall/core";
import type { Lease } from "../wire/messages.js";

interface Entry {
  readonly lease: Lease;
  readonly print: string;
  readonly expiresAt: number;
}

/** What hearing of a lease did. `full`: it was left out, because `max` are kept. */
export type Heard = "changed" | "renewed" | "ignored" | "full";

/** The leases that somebody has heard of and that still hold. Time comes in with each call, in milliseconds. */
export class Roster {
  readonly #max: number;
  /** In the order in which they were first heard of. */
  readonly #entries = new Map<string, Entry>();
  /** Leases that were given up, each until when a late word of it could still come. */
  readonly #tombstones = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  heard(lease: Lease, now: number): Heard {
    const key = lease.lease;
    if (this.#tombstones.has(key)) return "ignored";
    const known = this.#entries.get(key);
    if (known === undefined && this.#entries.size >= this.#max) return "full";
    const print = JSON.stringify(lease.instance);
    this.#entries.set(key, { lease, print, expiresAt: now + lease.ttlMs });
    return known?.print === print ? "renewed" : "changed";
  }

  /** Takes out a lease that was given up. Says whether it was there. */
  left(lease: string, now: number): boolean {
    const known = this.#entries.get(lease);
    // Whoever said goodbye before it was heard of may still be heard of: an answer that another way took longer for.
    if (this.#tombstones.size < this.#max) this.#tombstones.set(lease, now + (known?.lease.ttlMs ?? 60_000));
    return this.#entries.delete(lease);
  }

  /** Takes out what nobody has renewed in time. Says whether there was something. */
  expire(now: number): boolean {
    let expired = false;
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt <= now) expired = this.#entries.delete(key);
    }
    for (const [key, until] of this.#tombstones) {
      if (until <= now) this.#tombstones.delete(key);
    }
    return expired;
  }

  /** When the first lease ends, unless it is renewed. */
  get expiresAt(): number {
    let first = Infinity;
    for (const { expiresAt } of this.#entries.values()) first = Math.min(first, expiresAt);
    return first;
  }

  get leases(): Lease[] {
    return [...this.#entries.values()].map(({ lease }) => lease);
  }

  /**
   * The instances. Of several with one endpoint or one id the one that was heard of last: a process that crashed and was
   * started again is listed twice until its first lease has expired.
   */
  get instances(): ServiceInstance[] {
    const taken = new Set<string>();
    return this.leases
      .reverse()
      .map(({ instance }) => instance)
      .filter((instance) => {
        const keys = [formatEndpoint(instance), ...(instance.id === undefined ? [] : [`#${instance.id}`])];
        const free = !keys.some((key) => taken.has(key));
        if (free) for (const key of keys) taken.add(key);
        return free;
      });
  }
}
