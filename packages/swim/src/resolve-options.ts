import type { SwimOptions, SwimOptionsInput } from "./options.js";
import { SWIM_PRESETS } from "./presets.js";
import { SwimError } from "./swim-error.js";
import { LIMITS } from "./update.js";

type Name = keyof SwimOptions;

/** The whole numbers among the options, with the least and the most they may be. */
const COUNTS: Readonly<Partial<Record<Name, readonly [least: number, most: number]>>> = {
  probesAtOnce: [1, 16],
  indirectProbes: [0, 16],
  confirmations: [0, LIMITS.suspecters - 1],
  gossipFanout: [1, 16],
  retransmitFactor: [1, 16],
  maxUpdatesPerMessage: [1, LIMITS.updates],
  maxLocalHealth: [0, 64],
  checkers: [0, 64],
  checksPerInterval: [1, 64],
  loneRefusals: [1, 64],
};

/**
 * Fills in what is left out from the preset `lan`, and checks everything.
 *
 * @throws SwimError `INVALID_OPTION`, naming the option
 */
export function resolveOptions(input: SwimOptionsInput): SwimOptions {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const options: SwimOptions = Object.freeze({ ...SWIM_PRESETS.lan, ...Object.fromEntries(given) });
  for (const [key, value] of Object.entries(options)) {
    const name = key as Name;
    if (!(name in SWIM_PRESETS.lan)) throw new SwimError("INVALID_OPTION", `SWIM has no option ${key}.`);
    const range = COUNTS[name];
    if (range !== undefined) requireCount(name, value, ...range);
    else if (name === "buddy") require(typeof value === "boolean", name, value, "true or false");
    else requireDuration(name, value, name === "refusalPatienceMs" || name === "loneRefusalSpanMs");
  }
  const { probeIntervalMs, probeTimeoutMs, suspicionMinMs, suspicionMaxMs, stallThresholdMs } = options;
  require(probeTimeoutMs < probeIntervalMs, "probeTimeoutMs", probeTimeoutMs, "less than probeIntervalMs");
  require(suspicionMaxMs >= suspicionMinMs, "suspicionMaxMs", suspicionMaxMs, "at least suspicionMinMs");
  require(stallThresholdMs < probeTimeoutMs, "stallThresholdMs", stallThresholdMs, "less than probeTimeoutMs");
  return options;
}

function requireCount(name: Name, value: unknown, least: number, most: number): void {
  const fits = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  require(fits, name, value, `a whole number from ${least} to ${most}`);
}

function requireDuration(name: Name, value: unknown, mayBeZero: boolean): void {
  const fits = typeof value === "number" && Number.isFinite(value) && (mayBeZero ? value >= 0 : value > 0);
  require(fits, name, value, `a number of milliseconds, ${mayBeZero ? "0 or more" : "more than 0"}`);
}

function require(holds: boolean, name: string, value: unknown, expected: string): void {
  if (!holds) throw invalid(name, value, expected);
}

function invalid(name: string, value: unknown, expected: string): SwimError {
  return new SwimError("INVALID_OPTION", `SWIM's option ${name} must be ${expected}, not ${String(value)}.`);
}
