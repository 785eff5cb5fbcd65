import type { ClusterSystem } from "@rollcall/cluster";

/** The longest that a process may stand still without anybody taking it for dead, in milliseconds. */
const HARMLESS_PAUSE_MS = 2_000;

/**
 * Who has given others reason to take it for dead, and what that was. Everybody else has been reachable throughout, and
 * nobody may down it: slow and lossy links, connections that break, short pauses, and what a registry says are no
 * reason.
 */
export class FaultLedger {
  readonly #faults = new Map<string, string>();
  readonly #paused = new Set<string>();

  /** @param what in words, such as "was killed"; the first counts */
  blame(system: ClusterSystem, what: string): void {
    const { id } = system.cluster.self;
    if (!this.#faults.has(id)) this.#faults.set(id, what);
  }

  /** A process stands still. Once is harmless if it is short; several pauses may add up. */
  paused(system: ClusterSystem, ms: number): void {
    const { id } = system.cluster.self;
    if (ms > HARMLESS_PAUSE_MS || this.#paused.has(id)) this.blame(system, "stood still");
    this.#paused.add(id);
  }

  /** Whether anything has happened to anybody. */
  get any(): boolean {
    return this.#faults.size > 0;
  }

  /** Why a node may have been downed; undefined if it may not. */
  of(nodeId: string): string | undefined {
    return this.#faults.get(nodeId);
  }
}
