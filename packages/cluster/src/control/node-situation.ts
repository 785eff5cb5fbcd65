import type { ClusterCore } from "../cluster-core.js";
import { findCandidates, type LeadershipOptions } from "../leadership/leadership.js";
import { NODE_SITUATIONS, type NodeSituation } from "./cluster-explanation.js";

/** Why a node is not up, or that it is, in a code and a sentence. */
export function nodeSituation(
  core: ClusterCore,
  leadership: LeadershipOptions,
  stopped: boolean,
): { readonly code: NodeSituation; readonly message: string } {
  const tell = (code: NodeSituation, detail = "") => ({ code, message: `${NODE_SITUATIONS[code]}${detail}` });
  const self = core.self;
  if (stopped) return tell("STOPPED");
  if (self === undefined || self.status === "down") return tell("DOWN");
  if (self.status === "leaving") return tell("LEAVING");
  if (self.status === "up") return tell("UP");
  if (core.table.size === 1 && leadership.minimumMembers > 1) return tell("NOBODY_FOUND");
  if (core.leader === undefined) {
    const { eligible } = findCandidates(core.table.members());
    return tell("TOO_FEW_MEMBERS", `: ${eligible} of ${leadership.minimumMembers}`);
  }
  if (!core.isLeader) return tell("AWAITING_LEADER", `: ${core.leader.node}`);
  const hold = core.formationHold;
  if (hold !== undefined) return tell("AWAITING_FORMATION", `: ${hold.because}`);
  const missing = [...core.convergence.missing()].slice(0, 5).map((member) => member.node.address);
  return tell("AWAITING_CONVERGENCE", missing.length === 0 ? "" : `; not heard from yet: ${missing.join(", ")}`);
}
