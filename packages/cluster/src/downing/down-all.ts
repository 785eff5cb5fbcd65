import { DOWNING_DEFAULTS, requireDurations, requireKnown } from "./downing-options.js";
import type { DowningStrategy } from "./downing-strategy.js";
import { decideBySides, type SideRule } from "./side-decision.js";

export interface DownAllOptions {
  /** How long a member has to be unreachable, in milliseconds, before everybody goes down. Default 5,000. */
  readonly stableMs?: number;
}

const RULE: SideRule = {
  survives: () => false,
  facts: ({ there }) => `Unreachable members: ${there}`,
  loserDowns: "everybody",
};

/**
 * Everybody goes down when anybody is unreachable to anybody: nobody has to be right about who sees whom. For small
 * clusters on networks that cannot be trusted, where something starts the nodes again.
 *
 * @throws ClusterError `INVALID_SETTING`
 */
export function downAll(options: DownAllOptions = {}): DowningStrategy {
  requireKnown("downAll", options, Object.keys(DOWNING_DEFAULTS.downAll));
  const { stableMs = DOWNING_DEFAULTS.downAll.stableMs } = options;
  requireDurations("downAll", { stableMs });
  return Object.freeze({
    name: "down-all",
    decide: (view) => decideBySides(view, RULE, { stableMs, marginMs: 0 }),
  } satisfies DowningStrategy);
}
