import {
  DOWNING_DEFAULTS,
  requireDurations,
  requireKnown,
  requireOption,
  type SideOptions,
} from "./downing-options.js";
import type { DowningStrategy } from "./downing-strategy.js";
import { decideBySides, type SideRule } from "./side-decision.js";

export interface KeepOldestOptions extends SideOptions {
  /**
   * Whether the oldest member goes, and the others stay, when it is cut off from all of them and they are at least two.
   * Default true. With false the whole cluster ends when its oldest member crashes.
   */
  readonly downIfAlone?: boolean;
}

/**
 * The side with the oldest member survives: the one that became up first, `Member.upNumber`. For work that stays with
 * the oldest member and is expensive to move; a small side may outlive a large one.
 *
 * @throws ClusterError `INVALID_SETTING`
 */
export function keepOldest(options: KeepOldestOptions = {}): DowningStrategy {
  requireKnown("keepOldest", options, Object.keys(DOWNING_DEFAULTS.keepOldest));
  const defaults = DOWNING_DEFAULTS.keepOldest;
  const { stableMs = defaults.stableMs, marginMs = defaults.marginMs, downIfAlone = defaults.downIfAlone } = options;
  requireDurations("keepOldest", { stableMs, marginMs });
  requireOption("keepOldest", "downIfAlone", downIfAlone, typeof downIfAlone === "boolean", "true or false");
  /** Between two nodes being alone is no reason: the other one is alone, too. */
  const isAlone = (its: number, others: number) => downIfAlone && its === 1 && others >= 2;
  const rule: SideRule = {
    survives: ({ here, there, oldestIsHere }) => (oldestIsHere ? !isAlone(here, there) : isAlone(there, here)),
    facts({ here, there, oldest, oldestIsHere }) {
      const [its, others] = oldestIsHere ? [here, there] : [there, here];
      const where = oldestIsHere ? "here" : "on the other side";
      return `The oldest member, ${oldest?.node.address}, is ${where}${isAlone(its, others) ? ", but alone" : ""}`;
    },
  };
  return Object.freeze({
    name: "keep-oldest",
    decide: (view) => decideBySides(view, rule, { stableMs, marginMs }),
  } satisfies DowningStrategy);
}
