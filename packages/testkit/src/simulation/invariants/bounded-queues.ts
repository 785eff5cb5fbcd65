import type { Invariant } from "../invariant.js";

/** Timers that a node may have at once: its own, and a few for each peer. */
const TIMERS = 20;
const TIMERS_A_PEER = 6;

/** What a node keeps for others does not grow without bound, whatever others do. */
export function boundedQueues(): Invariant {
  return {
    name: "no queue grows without bound",
    check({ cluster, running, size, atRest, limits }) {
      // Whoever was there before may not be forgotten yet; at rest it has to be.
      const peers = 2 * size + 2;
      for (const system of running) {
        const { membership, self } = system.cluster;
        const living = [...membership].filter(({ status }) => status !== "down").length;
        const associated = atRest ? living - 1 : peers;
        const { held, join } = system.cluster.explain();
        const timers = cluster.timersOf(system);
        const over = (what: string, is: number, most: number) =>
          is > most ? `${self} has ${is} ${what}, and should have ${most} at most` : undefined;
        const wrong =
          over("associations", held.associations, associated) ??
          over("frames waiting", held.bufferedFrames, held.associations * limits.bufferedFrames) ??
          // Those who are told that there are too many are bounded, too.
          over("strangers at the door", held.strangers, 2 * limits.maxHandshakes) ??
          over("endpoints to join", join.endpoints.length, peers) ??
          over("attempts to join under way", join.attemptsUnderWay, join.maxConcurrentJoins) ??
          over("timers", timers, TIMERS + TIMERS_A_PEER * peers);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
}
