import type { Random } from "@rollcall/core";

/**
 * How long a member of a cluster waits before it dials an endpoint that it newly sees listed.
 *
 * All members see the newcomer in the same moment, and the newcomer, which sees them too, will usually have joined
 * before any of them needs to do anything. The delay is drawn so that few are early: this is the feedback suppression
 * of multicast protocols (Nonnenmacher and Biersack, "Scalable Feedback for Large Groups", 1999; the feedback timer of
 * RFC 4654): `T · (1 + ln x / ln n)` with x uniform in (0, 1], here with `T = spreadMs · log2 n`, which makes it
 * `spreadMs · log2(n · x)`, or none when that is negative. From that follow, for any number of members n:
 *
 * - the expected number of members that have dialled after t ms is at most `2^(t / spreadMs)`: 1 at once, 2 within
 *   `spreadMs`, whether there are ten members or a thousand;
 * - that nobody has dialled after t has probability below `exp(−2^(t / spreadMs))`: 14 % after `spreadMs`, 2 % after
 *   twice that;
 * - nobody waits longer than `spreadMs · log2 n`, which bounds the healing of an island.
 *
 * @param members how many members the cluster has, ourselves included, at least 2
 * @returns milliseconds, 0 to `spreadMs · log2(members)`
 */
export function spreadDelayMs(members: number, spreadMs: number, random: Random): number {
  const x = 1 - random();
  return Math.max(0, spreadMs * Math.log2(members * x));
}
