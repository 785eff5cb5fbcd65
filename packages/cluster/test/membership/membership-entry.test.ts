import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashEntry, type MembershipEntry, mergeEntries, supersedes } from "../../src/membership/membership-entry.js";
import { anyEntry, RUNS } from "../support/arbitraries.js";
import { entry, node } from "../support/nodes.js";

/** Entries that speak of one node. */
const ofOne = anyEntry.map((any): MembershipEntry => ({ ...any, node: node(1) }));

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
      const changed = merged.status !== known.status || merged.upNumber !== known.upNumber;
      expect(supersedes(news, known)).toBe(changed);
    });
    fc.assert(property, RUNS);
  });

  it.each([
    ["the later status", entry(1, "up", 2), entry(1, "leaving", 2), entry(1, "leaving", 2)],
    ["the lower number of two", entry(1, "up", 5), entry(1, "up", 3), entry(1, "up", 3)],
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
