import type { ClusterSystem } from "@rollcall/cluster";
import type { Invariant } from "../invariant.js";

/** Nodes that see the same members in the same way take the same one for the leader, and it is one of them. */
export function oneLeader(): Invariant {
  return {
    name: "there is one leader in one view",
    check({ running }) {
      const leaders = new Map<string, ClusterSystem>();
      for (const system of running) {
        const { cluster } = system;
        const { leader, membership } = cluster;
        const view = String(membership);
        const other = leaders.get(view);
        leaders.set(view, system);
        if (other !== undefined && other.cluster.leader?.node.id !== leader?.node.id) {
          const [one, two] = [other.cluster.leader, leader].map((member) => member?.node ?? "nobody");
          return `${other.cluster.self} takes ${one} for the leader, ${cluster.self} ${two}, and both see\n${view}`;
        }
        if (leader === undefined) continue;
        const member = membership.get(leader.node.id);
        if (member === undefined || member.status === "down" || member.reachability === "unreachable") {
          return `${cluster.self} takes ${leader.node} for the leader, and sees\n${view}`;
        }
      }
      return undefined;
    },
  };
}
