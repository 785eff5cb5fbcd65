import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Membership } from "../../src/membership/membership.js";
import { anyMembers, RUNS } from "../support/arbitraries.js";
import { inShort, member, node } from "../support/nodes.js";

/** What a membership says, in an order of its own. */
function contents(membership: Membership): unknown[] {
  return [...membership].map(({ node: of, ...rest }) => ({ node: of.toString(), ...rest }));
}

describe("a membership", () => {
  it("lists members in the order of their addresses, as numbers", () => {
    const membership = new Membership([member(10, "up"), member(9, "up"), member(2, "down"), member(1, "joining")]);
    expect([...membership].map(({ node: { host } }) => host)).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "10.0.0.9",
      "10.0.0.10",
    ]);
    expect(membership.withStatus("up").map(({ node: { host } }) => host)).toEqual(["10.0.0.9", "10.0.0.10"]);
    expect(membership.withStatus("up", "down")).toHaveLength(3);
  });

  it("finds a member by its id, and by its address the incarnation that has come least far", () => {
    const old = member(node(1, 0), "down");
    const young = member(node(1, 1), "joining");
    const membership = new Membership([old, young]);
    expect(membership.get(old.node.id)).toBe(old);
    expect(membership.at({ host: "10.0.0.1", port: 7337 })).toBe(young);
    expect(membership.at({ host: "10.0.0.1", port: 1 })).toBeUndefined();
    expect(membership.size).toBe(2);
  });

  it("plus what differs from a later one is the later one", () => {
    const property = fc.property(anyMembers, anyMembers, (before, after) => {
      const [from, to] = [new Membership(before), new Membership(after)];
      const applied = from.diff(to).reduce((membership, change) => membership.apply(change), from);
      expect(contents(applied)).toEqual(contents(to));
    });
    fc.assert(property, RUNS);
  });

  it("differs from itself in nothing", () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        expect(new Membership(members).diff(new Membership(members))).toEqual([]);
      }),
      RUNS,
    );
  });

  it("differs from a later one by whole lives: whoever is gone was down before", () => {
    const before = new Membership([member(1, "up"), member(2, "joining"), member(3, "down"), member(4, "up")]);
    const after = new Membership([member(1, "up", "unreachable"), member(2, "up"), member(5, "joining")]);
    expect(before.diff(after).map(inShort)).toEqual([
      "1: unreachable",
      "2: joining → up",
      "5: unknown → joining",
      "3: down → removed",
      "4: up → down",
      "4: down → removed",
    ]);
  });

  it("is one line a member for people", () => {
    const membership = new Membership([member(2, "up", "unreachable"), member(1, "joining")]);
    expect(membership.toString()).toBe(
      "test@10.0.0.1:7337#0000000000000001 joining reachable\ntest@10.0.0.2:7337#0000000000000002 up unreachable",
    );
  });

  it("does not change when it is applied to", () => {
    const membership = new Membership([member(1, "up")]);
    membership.apply({ kind: "membership", member: member(1, "removed"), from: "down", to: "removed" });
    membership.apply({ kind: "leadership", from: undefined, to: member(1, "up") });
    expect([...membership]).toEqual([member(1, "up")]);
  });
});
