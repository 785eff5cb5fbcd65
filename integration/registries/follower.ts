import { type DiscoveryError, exponentialBackoff, type ServiceDiscovery, supervise } from "@rollcall/core";
import { CROWD_MS } from "../support/patience.ts";
import type { Registry } from "./registry.ts";
import { idOf, type Numbers, until } from "./scene.ts";

/** The longest pause until a lost session is opened again, jitter included, in milliseconds. */
const LONGEST_RETRY_MS = 1_200;

/** How soon things have to happen where there is no crowd, in milliseconds; see {@link Registry}. */
type Promised = Pick<Registry, "noticeMs" | "recoveryMs">;

/** A subscriber under supervision that remembers every listing. */
export class Follower implements AsyncDisposable {
  /** Sorted ids. */
  readonly listings: (readonly string[])[] = [];
  /** Why sessions were lost. */
  readonly problems: DiscoveryError[] = [];
  readonly #registry: Promised;
  readonly #supervised: ReturnType<typeof supervise>;

  constructor(discovery: ServiceDiscovery, registry: Promised) {
    this.#registry = registry;
    this.#supervised = supervise(discovery, {
      backoff: exponentialBackoff({ initialMs: 100, factor: 2, maxMs: LONGEST_RETRY_MS / 1.2 }),
      onChange: ({ state, lastError }) => {
        if (state === "retrying" && lastError) this.problems.push(lastError);
      },
    });
    void this.#follow();
  }

  get ids(): readonly string[] {
    return this.listings.at(-1) ?? [];
  }

  get isLive(): boolean {
    return this.#supervised.status.state === "live";
  }

  /** Resolves when exactly these are listed. @param withinMs default: as the registry promises after a fault */
  async lists(numbers: Numbers, withinMs = this.#registry.recoveryMs + LONGEST_RETRY_MS + CROWD_MS): Promise<void> {
    const wanted = numbers.map(idOf).sort().join();
    await until(
      () => this.ids.join() === wanted,
      () => `${numbers.length} are listed: ${numbers.length > 9 ? "…" : wanted}. ${this}`,
      withinMs,
    );
  }

  /** Resolves with why its session was lost. */
  async noticesTrouble(withinMs = this.#registry.noticeMs + CROWD_MS): Promise<DiscoveryError> {
    const before = this.problems.length;
    if (before > 0 && !this.isLive) return this.problems[before - 1] as DiscoveryError;
    await until(
      () => this.problems.length > before,
      () => `trouble is noticed. ${this}`,
      withinMs,
    );
    return this.problems[before] as DiscoveryError;
  }

  /** Those of these that a listing was without, after the first that had them all. */
  dropped(numbers: Numbers): string[] {
    const wanted = numbers.map(idOf);
    const whole = this.listings.findIndex((ids) => wanted.every((id) => ids.includes(id)));
    return wanted.filter((id) => this.listings.slice(whole).some((ids) => !ids.includes(id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervised[Symbol.asyncDispose]?.();
  }

  toString(): string {
    const shown = (ids: readonly string[]) => (ids.length > 9 ? `${ids.length} ids` : ids.join());
    const problems = this.problems.slice(-3).map(({ code, message }) => `${code} ${message}`);
    return `Listed: [${this.listings.slice(-5).map(shown).join("] [")}]; trouble: ${problems.join(" | ") || "none"}`;
  }

  async #follow(): Promise<void> {
    for await (const listing of this.#supervised.subscribe()) {
      this.listings.push(listing.map(({ id, host }) => id ?? host).sort());
    }
  }
}
