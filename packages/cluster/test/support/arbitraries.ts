import fc from "fast-check";
import { MEMBER_STATUSES, type Member } from "../../src/membership/member.js";
import type { MembershipEntry } from "../../src/membership/membership-entry.js";
import { UniqueNode } from "../../src/node.js";
import { node } from "./nodes.js";

/** How properties are checked: the same cases every time. A failure prints the counterexample and its seed. */
export const RUNS = Object.freeze({ seed: 20_240_601, numRuns: 300 });

/** One of a few nodes, so that entries often speak of the same one. */
const anyNode = fc.integer({ min: 1, max: 5 }).map((number) => node(number));
const anyStatus = fc.constantFrom(...MEMBER_STATUSES);

/** The same, but once in a while another process has the node's id. */
const anyNodeOrItsDouble = fc.oneof(
  { weight: 9, arbitrary: anyNode },
  { weight: 1, arbitrary: anyNode.map(({ id }) => new UniqueNode("test", "10.0.0.99", 7337, id)) },
);

export const anyEntry: fc.Arbitrary<MembershipEntry> = fc.record({
  node: anyNodeOrItsDouble,
  status: anyStatus,
  upNumber: fc.integer({ min: 0, max: 4 }),
});

/** A membership as one node may hold it: each node once, nobody removed. */
export const anyMembers: fc.Arbitrary<Member[]> = fc.uniqueArray(
  fc.record({
    node: anyNode,
    status: fc.constantFrom("joining", "up", "leaving", "down"),
    reachability: fc.constantFrom("reachable", "unreachable"),
    upNumber: fc.integer({ min: 0, max: 4 }),
  }),
  { selector: (member) => member.node.id },
);
