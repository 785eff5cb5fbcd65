import type { Invariant } from "../invariant.js";

/** Nobody is both removed and present, and nobody who was removed comes back. */
export function neverReturns(): Invariant {
  const removed = new Map<string, Set<string>>();
  return {
    name: "a removed incarnation never returns",
    onEvent(event, by) {
      const gone = removed.get(by.cluster.self.id) ?? new Set<string>();
      removed.set(by.cluster.self.id, gone);
      if (event.kind !== "membership") return undefined;
      const { node } = event.member;
      if (gone.has(node.id)) return `${by.cluster.self} saw ${node} become ${event.to} after it was removed`;
      if (event.to === "removed") gone.add(node.id);
      return undefined;
    },
    check({ running }) {
      for (const { cluster } of running) {
        const gone = removed.get(cluster.self.id);
        for (const { node } of cluster.membership) {
          if (gone?.has(node.id)) return `${cluster.self} removed ${node}, and has it among its members`;
        }
      }
      return undefined;
    },
  };
}
