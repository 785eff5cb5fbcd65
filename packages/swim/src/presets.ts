import type { SwimOptions } from "./options.js";

/** Members in one data centre, or any network with round trips of a few milliseconds. The default. */
const lan: SwimOptions = Object.freeze({
  probeIntervalMs: 500,
  probesAtOnce: 2,
  probeTimeoutMs: 300,
  indirectProbes: 3,
  suspicionMinMs: 800,
  suspicionMaxMs: 5000,
  confirmations: 4,
  gossipIntervalMs: 200,
  gossipFanout: 3,
  retransmitFactor: 3,
  maxUpdatesPerMessage: 32,
  maxLocalHealth: 8,
  buddy: true,
  stallThresholdMs: 100,
  checkers: 8,
  checksPerInterval: 4,
  refusalPatienceMs: 10,
  loneRefusals: 3,
  loneRefusalSpanMs: 1000,
  recheckIntervalMs: 200,
});

/** Processes on one machine. A process that is busy for half a second is soon taken for dead, and soon believed. */
const local: SwimOptions = Object.freeze({
  ...lan,
  probeIntervalMs: 100,
  probesAtOnce: 1,
  probeTimeoutMs: 60,
  suspicionMinMs: 400,
  suspicionMaxMs: 2000,
  gossipIntervalMs: 50,
  stallThresholdMs: 40,
  recheckIntervalMs: 100,
});

/** Members far apart, or machines so loaded that a process may be silent for seconds. */
const wan: SwimOptions = Object.freeze({
  ...lan,
  probeIntervalMs: 2000,
  probesAtOnce: 1,
  probeTimeoutMs: 1000,
  suspicionMinMs: 5000,
  suspicionMaxMs: 20_000,
  gossipIntervalMs: 500,
  stallThresholdMs: 250,
  refusalPatienceMs: 250,
  recheckIntervalMs: 500,
});

/** Sets of options that fit together. Change single ones by `{ ...SWIM_PRESETS.lan, gossipFanout: 4 }`. */
export const SWIM_PRESETS = Object.freeze({ local, lan, wan });
