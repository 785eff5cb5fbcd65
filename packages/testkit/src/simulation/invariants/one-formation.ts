import type { Invariant } from "../invariant.js";

/** Under a formation guard that asks for more than half of all nodes, a cluster comes into being once. */
export function oneFormation(): Invariant {
  let first: string | undefined;
  return {
    name: "only one cluster forms",
    onEvent(event, by) {
      if (event.kind !== "membership" || event.member.upNumber !== 1) return undefined;
      const node = event.member.node.toString();
      first ??= node;
      return first === node ? undefined : `${by.cluster.self} has ${node} as the first of its cluster, others ${first}`;
    },
  };
}
