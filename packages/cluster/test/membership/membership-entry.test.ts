import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashEntry, type MembershipEntry, mergeEntries, supersedes } from "../../src/membership/membership-entry.js";
import { UniqueNode } from "../../src/node.js";
import { anyEntry, RUNS } from "../support/arbitraries.js";
import { entry, node } from "../support/nodes.js";

/** Entries that speak of one node. */
const ofOne = anyEntry.map((any): MembershipEntry => {
  const { host, port } = any.node.host === "10.0.0.99" ? any.node : node(1);
  return { ...any, node: new UniqueNode("test", host, port, node(1).id) };
});

/** Another process with the same id. */
const double = new UniqueNode("test", "10.0.0.99", 7337, node(1).id);

describe("entries of one node", () => {
  it("merge to the same in either order", () => {
    const property = fc.property(ofOne, ofOne, (a, b) => {
      expect(mergeEntries(a, b)).toEqual(mergeEntries(b, a));
    });
    fc.assert(property, RUNS);
  });

  it("merge to the same however they are grouped", () => {
    const property = fc.property(ofOne, ofOne, ofOne, (a, b, c) => {
      expect(mergeEntries(mergeEntries(a, b), c)).toEqual(mergeEntries(a, mergeEntries(b, c)));
    });
    fc.assert(property, RUNS);
  });

  it("say nothing new to themselves", () => {
    fc.assert(
      fc.property(ofOne, (a) => {
        expect(mergeEntries(a, a)).toEqual(a);
        expect(supersedes(a, a)).toBe(false);
      }),
      RUNS,
    );
  });

  it("supersede what is known exactly if merging changes it", () => {
    const property = fc.property(ofOne, ofOne, (news, known) => {
      const merged = mergeEntries(news, known);
      const changed =
        merged.status !== known.status ||
        merged.upNumber !== known.upNumber ||
        merged.node.address !== known.node.address;
      expect(supersedes(news, known)).toBe(changed);
    });
    fc.assert(property, RUNS);
  });

  it.each([
    ["the later status", entry(1, "up", 2), entry(1, "leaving", 2), entry(1, "leaving", 2)],
    ["the lower number of two", entry(1, "up", 5), entry(1, "up", 3), entry(1, "up", 3)],
    ["the end of both, if two processes have one id", entry(1, "up", 1), entry(double, "joining"), entry(1, "down", 1)],
    ["the end of both, if one of them is gone", entry(double, "removed"), entry(1, "up", 1), entry(1, "removed", 1)],
    ["a number over none", entry(1, "leaving", 0), entry(1, "up", 3), entry(1, "leaving", 3)],
  ])("merge to %s", (_, a, b, merged) => {
    expect(mergeEntries(a, b)).toEqual(merged);
  });
});

describe("the hash of an entry", () => {
  it.each([
    ["its status", entry(1, "leaving", 1)],
    ["its number", entry(1, "up", 2)],
    ["its node's incarnation", entry(node(1, 1), "up", 1)],
    ["its node's address", entry(2, "up", 1)],
  ])("changes with %s", (_, other) => {
    expect(hashEntry(other)).not.toEqual(hashEntry(entry(1, "up", 1)));
  });
});
