import {
  DOWNING_DEFAULTS,
  requireDurations,
  requireKnown,
  requireOption,
  type SideOptions,
} from "./downing-options.js";
import type { DowningStrategy } from "./downing-strategy.js";
import { decideBySides, type SideRule } from "./side-decision.js";

export interface StaticQuorumOptions extends SideOptions {
  /**
   * How many members a side needs at least, from 1: more than half of the nodes that are planned for. With more than
   * `2 * size - 1` members two sides could have as many, so then `size` is not enough and more than half is asked for.
   */
  readonly size: number;
}

/**
 * A side with at least `size` members survives. Members that are up count, also while they leave. For clusters of a
 * fixed size: it never shrinks below its quorum, however slowly it loses its members, where the majority strategy would
 * go on with a majority of what is left.
 *
 * @throws ClusterError `INVALID_SETTING`
 */
export function staticQuorum(options: StaticQuorumOptions): DowningStrategy {
  const defaults = DOWNING_DEFAULTS.staticQuorum;
  requireKnown("staticQuorum", options ?? {}, ["size", ...Object.keys(defaults)]);
  const { size, stableMs = defaults.stableMs, marginMs = defaults.marginMs } = options ?? {};
  requireDurations("staticQuorum", { stableMs, marginMs });
  requireOption("staticQuorum", "size", size, Number.isInteger(size) && size >= 1, "a whole number, 1 or more");
  const needed = (members: number) => Math.max(size, Math.floor(members / 2) + 1);
  const rule: SideRule = {
    survives: ({ here, there }) => here >= needed(here + there),
    facts({ here, there }) {
      const members = here + there;
      const quorum = needed(members);
      const count = `This side has ${here} of ${members} members, ${here >= quorum ? "a quorum" : "no quorum"}`;
      if (quorum === size) return `${count} of ${size}`;
      return `${count}: with more than ${2 * size - 1} members ${size} may be left on two sides, so it takes ${quorum}`;
    },
  };
  return Object.freeze({
    name: `static-quorum(${size})`,
    decide: (view) => decideBySides(view, rule, { stableMs, marginMs }),
  } satisfies DowningStrategy);
}
