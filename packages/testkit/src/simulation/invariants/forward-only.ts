import { MEMBER_STATUSES } from "@rollcall/cluster";
import type { Invariant } from "../invariant.js";

/** How far each incarnation has come in the eyes of each observer. */
export function forwardOnly(): Invariant {
  const seen = new Map<string, Map<string, number>>();
  return {
    name: "statuses only move forward, and to removed only from down",
    onEvent(event, by) {
      const ranks = seen.get(by.cluster.self.id) ?? new Map<string, number>();
      seen.set(by.cluster.self.id, ranks);
      if (event.kind === "snapshot") {
        for (const { node, status } of event.membership) ranks.set(node.id, MEMBER_STATUSES.indexOf(status));
      }
      if (event.kind !== "membership") return undefined;
      const { node } = event.member;
      const before = ranks.get(node.id) ?? -1;
      const now = MEMBER_STATUSES.indexOf(event.to);
      // That it comes back after that is another matter.
      if (event.to === "removed") ranks.delete(node.id);
      else ranks.set(node.id, now);
      if (now < before) return `${by.cluster.self} saw ${node} go from ${MEMBER_STATUSES[before]} to ${event.to}`;
      if (event.to === "removed" && MEMBER_STATUSES[before] !== "down") {
        return `${by.cluster.self} saw ${node} removed, which was ${MEMBER_STATUSES[before] ?? "unknown"}`;
      }
      return undefined;
    },
  };
}
