import type { Invariant } from "../invariant.js";

/** However wrong a registry is, nodes of one system do not take in those of another. */
export function systemsApart(): Invariant {
  return {
    name: "systems do not mix",
    check({ cluster: { systems } }) {
      const systemOf = new Map(systems.map(({ cluster: { self } }) => [self.id, self.system]));
      for (const { cluster } of systems) {
        for (const { node } of cluster.membership) {
          const system = systemOf.get(node.id);
          if (system !== cluster.self.system) return `${cluster.self} has ${node} of system ${system} as a member`;
        }
      }
      return undefined;
    },
  };
}
