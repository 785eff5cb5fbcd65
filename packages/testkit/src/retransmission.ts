import type { Random } from "@rollcall/core";

const FIRST_MS = 200;
const LONGEST_MS = 120_000;
/** After so many the sender gives the connection up: 15 minutes with the pauses above. */
const MOST = 15;
const FIRST_CONNECT_MS = 1_000;

/**
 * How long a reliable transport waits before it sends a segment once more: 200 ms, doubled each time, two minutes at
 * most, as Linux does on a fast network (TCP_RTO_MIN; RFC 6298 section 5 doubles from a second).
 *
 * @param attempt from 0
 * @returns undefined when it gives up (tcp_retries2; RFC 9293 section 3.8.3)
 */
export function retransmitAfterMs(attempt: number): number | undefined {
  return attempt >= MOST ? undefined : Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
}

/** The same for the first segment of a connection, for which nothing is known of the round trip (RFC 6298 section 2). */
export function reconnectAfterMs(attempt: number): number {
  return Math.min(LONGEST_MS, FIRST_CONNECT_MS * 2 ** attempt);
}

/** By how much a segment comes later because it, and what was sent in its place, was lost, in milliseconds. */
export function lossDelayMs(loss: number, random: Random, after: (attempt: number) => number | undefined): number {
  let delayMs = 0;
  for (let attempt = 0; loss > 0 && random() < loss; attempt++) {
    const pauseMs = after(attempt);
    // One that is lost so often is held up until the connection is given up; nobody will wait to see it.
    if (pauseMs === undefined) break;
    delayMs += pauseMs;
  }
  return delayMs;
}
