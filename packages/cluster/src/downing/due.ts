import type { DowningDecision, UnreachableMember } from "./downing-strategy.js";

/** Whose time is up, and when to look after the next one. */
export function whoIsDue(
  unreachable: readonly UnreachableMember[],
  afterMs: number,
): Pick<DowningDecision, "down" | "reconsiderInMs"> {
  const down = unreachable.filter(({ forMs }) => forMs >= afterMs).map(({ member }) => member.node);
  if (down.length === unreachable.length) return { down };
  const waiting = unreachable.filter(({ forMs }) => forMs < afterMs);
  const longestMs = waiting.reduce((longest, { forMs }) => Math.max(longest, forMs), 0);
  return { down, reconsiderInMs: whole(afterMs - longestMs) };
}

/**
 * A wait in whole milliseconds. The fraction that rounding leaves may be too small to move a clock on: whoever waited
 * for it would be asked again at the same moment, without end.
 */
export function whole(waitMs: number): number {
  return Math.ceil(waitMs);
}
