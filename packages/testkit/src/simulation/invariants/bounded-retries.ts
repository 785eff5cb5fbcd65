import type { Invariant } from "../invariant.js";

/** Attempts that a host may make to reach one other, in a burst and each second after it. */
const BURST = 30;
const A_SECOND = 2;

/** A node that cannot reach others tries again less and less often: it does not hammer at them. */
export function boundedRetries(): Invariant {
  const credit = new Map<string, { atMs: number; dials: number; left: number }>();
  return {
    name: "retries are bounded",
    check({ cluster, size }) {
      const now = cluster.clock.now();
      const most = BURST * size;
      for (const [host, dials] of cluster.network.dials) {
        const known = credit.get(host) ?? { atMs: 0, dials: 0, left: most };
        const earned = (A_SECOND * size * (now - known.atMs)) / 1_000;
        const left = Math.min(most, known.left + earned) - (dials - known.dials);
        credit.set(host, { atMs: now, dials, left });
        if (left < 0) return `${host} tried to reach others ${dials - known.dials} times in ${now - known.atMs} ms`;
      }
      return undefined;
    },
  };
}
