/**
 * How long a test waits for what has to come, in milliseconds. That is against never, not against late: where twenty
 * processes share two processors, everything takes ten times as long as it does otherwise.
 */
export const IN_TIME_MS = 60_000;

/** What such a machine may add to what is promised to happen within some time, in milliseconds. */
export const CROWD_MS = 20_000;
