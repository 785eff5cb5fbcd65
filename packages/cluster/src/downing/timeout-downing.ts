import { isLiving } from "../membership/member.js";
import { DOWNING_DEFAULTS, requireDurations, requireKnown } from "./downing-options.js";
import type { DowningDecision, DowningStrategy, DowningView } from "./downing-strategy.js";
import { whoIsDue } from "./due.js";

export interface TimeoutDowningOptions {
  /**
   * How long a member has to be unreachable, in milliseconds. Default 1,000; it comes on top of what the failure
   * detector takes. More lets longer troubles pass; less repairs the cluster sooner after a crash.
   */
  readonly afterMs?: number;
}

/**
 * The leader downs whoever has been unreachable for some time. Being reached again cancels that. The fastest after a
 * crash, and safe as long as nodes crash and networks do not: each side of a split network has a leader, each downs the
 * other side, and there are two clusters from then on.
 *
 * @throws ClusterError `INVALID_SETTING`
 */
export function timeoutDowning(options: TimeoutDowningOptions = {}): DowningStrategy {
  requireKnown("timeoutDowning", options, Object.keys(DOWNING_DEFAULTS.timeoutDowning));
  const { afterMs = DOWNING_DEFAULTS.timeoutDowning.afterMs } = options;
  requireDurations("timeoutDowning", { afterMs });
  return Object.freeze({ name: `timeout(${afterMs} ms)`, decide: (view: DowningView) => decide(view, afterMs) });
}

function decide({ self, unreachable, isLeader, leader }: DowningView, afterMs: number): DowningDecision {
  if (!isLiving(self)) return { down: [], because: "This node is down." };
  if (unreachable.length === 0) return { down: [], because: "No member is unreachable." };
  if (!isLeader) {
    const who = leader === undefined ? "Nobody leads, so nobody downs" : `The leader, ${leader.node.address}, downs`;
    return { down: [], because: `${who} members that stay unreachable for ${afterMs} ms.` };
  }
  const { down, ...later } = whoIsDue(unreachable, afterMs);
  const because =
    down.length > 0
      ? `Members have been unreachable for ${afterMs} ms, so the leader, this node, downs them.`
      : `The leader, this node, downs members that stay unreachable for ${afterMs} ms.`;
  return { down, ...later, because };
}
