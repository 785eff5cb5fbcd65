import type { Invariant, Scene } from "../invariant.js";

/**
 * Nobody is downed who has been reachable throughout. A strategy that gives up a whole side of a split may do so, but not
 * if there was nothing at all that could look like one.
 */
export function noFalseDown(): Invariant {
  return {
    name: "nobody is downed who has been reachable throughout",
    onEvent(event, by, { faults, sparesTheReachable }: Scene) {
      if (event.kind !== "membership" || (event.to !== "down" && event.to !== "removed")) return undefined;
      const { node } = event.member;
      if (faults.of(node.id) !== undefined || (faults.any && !sparesTheReachable)) return undefined;
      return `${by.cluster.self} saw ${node} become ${event.to}, with which nothing was the matter`;
    },
  };
}
