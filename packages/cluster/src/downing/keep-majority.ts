import {
  DOWNING_DEFAULTS,
  requireDurations,
  requireKnown,
  requireOption,
  type SideOptions,
} from "./downing-options.js";
import type { DowningStrategy } from "./downing-strategy.js";
import { decideBySides, type SideRule } from "./side-decision.js";

export interface KeepMajorityOptions extends SideOptions {
  /**
   * What survives when exactly half is unreachable: the half with the lowest address, or nobody. Default
   * `lowest-address`. With two nodes that means: the node with the lower address survives whatever happens to the other
   * one, and the other one does not survive alone. `nobody` stops both.
   */
  readonly tieBreak?: "lowest-address" | "nobody";
}

/**
 * The side with more than half of the members survives; if none has as much, nobody does. Members that are up count,
 * also while they leave. For clusters whose size changes.
 *
 * @throws ClusterError `INVALID_SETTING`
 */
export function keepMajority(options: KeepMajorityOptions = {}): DowningStrategy {
  requireKnown("keepMajority", options, Object.keys(DOWNING_DEFAULTS.keepMajority));
  const defaults = DOWNING_DEFAULTS.keepMajority;
  const { stableMs = defaults.stableMs, marginMs = defaults.marginMs, tieBreak = defaults.tieBreak } = options;
  requireDurations("keepMajority", { stableMs, marginMs });
  const known = tieBreak === "lowest-address" || tieBreak === "nobody";
  requireOption("keepMajority", "tieBreak", tieBreak, known, '"lowest-address" or "nobody"');
  const byAddress = tieBreak === "lowest-address";
  const rule: SideRule = {
    survives: ({ here, there, lowestIsHere }) => here > there || (here === there && byAddress && lowestIsHere),
    facts({ here, there, lowest, lowestIsHere }) {
      const count = `This side has ${here} of ${here + there} members, `;
      if (here !== there) return `${count}${here > there ? "a majority" : "a minority"}`;
      if (!byAddress) return `${count}exactly half`;
      return `${count}exactly half, ${lowestIsHere ? "with" : "without"} the lowest address, ${lowest?.node.address}`;
    },
  };
  return Object.freeze({
    name: "keep-majority",
    decide: (view) => decideBySides(view, rule, { stableMs, marginMs }),
  } satisfies DowningStrategy);
}
