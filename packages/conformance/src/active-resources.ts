import { sleep, systemClock } from "@rollcall/core";

/**
 * What keeps the process alive, by kind and number: `{ Timeout: 2, TCPSocketWrap: 1 }`.
 *
 * `process.getActiveResourcesInfo()` names every referenced timer, socket, server, watcher and pending request of the
 * whole process, the runner's and the backend's included, so only differences mean anything. What has been `unref`ed
 * does not show, and need not: it holds nothing up. Immediates are left out, since they are over in a moment.
 */
function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** How often {@link leftovers} uses what it measures. */
const ROUNDS = 5;

/**
 * What `use` leaves open each time it runs, such as `5 × Timeout`; an empty text when it cleans up after itself.
 *
 * It runs once before the first count, because clients open some things once and keep them (a connection, a thread
 * pool), and then several times more: only a kind that has grown by at least one per round counts as left over, so that
 * the comings and goings of a runner or a server in the same process do not. What is closing gets `settleMs` to be gone.
 */
export async function leftovers(use: () => Promise<void>, settleMs: number): Promise<string> {
  await use();
  await turn();
  const before = activeResources();
  for (let round = 0; round < ROUNDS; round++) await use();
  const deadline = performance.now() + settleMs;
  for (;;) {
    await turn();
    const grown = [...activeResources()]
      .map(([kind, count]) => ({ kind, by: count - (before.get(kind) ?? 0) }))
      .filter(({ by }) => by >= ROUNDS);
    if (grown.length === 0) return "";
    if (performance.now() > deadline) return grown.map(({ kind, by }) => `${by} × ${kind}`).join(", ");
  }
}

/** Both counts are taken in the same situation: after a timer of our own. */
function turn(): Promise<void> {
  return sleep(systemClock, 5);
}
