import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MembershipChange, ReachabilityChange } from "../../src/membership/changes.js";
import { combine, EMPTY_DIGEST } from "../../src/membership/digest.js";
import { isLiving, statusRank } from "../../src/membership/member.js";
import { Membership } from "../../src/membership/membership.js";
import { hashEntry, type MembershipEntry } from "../../src/membership/membership-entry.js";
import { MembershipTable } from "../../src/membership/membership-table.js";
import { UniqueNode } from "../../src/node.js";
import { anyEntry, RUNS } from "../support/arbitraries.js";
import { entry, inShort, member, node } from "../support/nodes.js";

function tableOf(...entries: MembershipEntry[]) {
  const changes: (MembershipChange | ReachabilityChange)[] = [];
  const table = new MembershipTable({ ttlMs: 1_000, capacity: 100 }, (change) => changes.push(change));
  for (const each of entries) table.merge(each, 0);
  changes.length = 0;
  return { table, changes, heard: () => changes.map(inShort) };
}

describe("an entry merged into a membership table", () => {
  it.each([
    ["of an unknown node adds it", [], entry(1, "joining"), "news", ["1: unknown → joining"]],
    ["of an unknown node that is down adds it", [], entry(1, "down"), "news", ["1: unknown → down"]],
    ["that says the same changes nothing", [entry(1, "up", 1)], entry(1, "up", 1), "known", []],
    ["that is ahead moves the member on", [entry(1, "joining")], entry(1, "up", 1), "news", ["1: joining → up"]],
    ["that is ahead may skip stations", [entry(1, "joining")], entry(1, "down"), "news", ["1: joining → down"]],
    ["that is behind changes nothing", [entry(1, "leaving", 1)], entry(1, "up", 1), "known", []],
    ["that is behind may bring a number", [entry(1, "down")], entry(1, "up", 1), "news", ["1: down → down"]],
    ["cannot bring back who is down", [entry(1, "down", 1)], entry(1, "up", 1), "known", []],
    ["of a removal takes who is down out", [entry(1, "down")], entry(1, "removed"), "news", ["1: down → removed"]],
    [
      "of a removal that skips down goes over down",
      [entry(1, "up", 1)],
      entry(1, "removed"),
      "news",
      ["1: up → down", "1: down → removed"],
    ],
    ["of a removal of nobody known says nothing", [], entry(1, "removed"), "known", []],
    ["of a removal that is known says nothing", [entry(1, "removed")], entry(1, "removed"), "known", []],
    ["of somebody removed is refused", [entry(1, "up", 1), entry(1, "removed")], entry(1, "up", 1), "buried", []],
    ["of somebody removed and never known is refused", [entry(1, "removed")], entry(1, "joining"), "buried", []],
  ] as const)("%s", (_, before, news, result, changes) => {
    const { table, heard } = tableOf(...before);
    expect(table.merge(news, 0)).toBe(result);
    expect(heard()).toEqual(changes);
  });

  it("of the next incarnation at an address stands beside the old one until that is removed", () => {
    const { table } = tableOf(entry(node(1, 0), "up", 1), entry(node(1, 1), "joining"));
    expect(table.size).toBe(2);
    table.move(node(1, 0).id, "down", 0);
    expect(table.livingAt(node(1))?.node.id).toBe(node(1, 1).id);
    expect([table.size, table.living]).toEqual([2, 1]);
  });

  it("that claims a member's id for another address is the end of that id, whoever is heard of first", () => {
    const double = new UniqueNode("test", "10.0.0.9", 7337, node(1).id);
    for (const [first, second] of [
      [node(1), double],
      [double, node(1)],
    ] as const) {
      const { table, changes } = tableOf(entry(first, "up", 1));
      expect(table.merge(entry(second, "joining"), 0)).toBe("duplicate-id");
      expect(changes).toMatchObject([{ kind: "membership", from: "up", to: "down" }]);
      expect(table.get(node(1).id)).toEqual(member(1, "down", "reachable", 1));
      expect([first, second].map((each) => table.livingAt(each))).toEqual([undefined, undefined]);
      expect(table.merge(entry(second, "up", 2), 0)).toBe("known");
      expect(table.merge(entry(double, "removed"), 0)).toBe("news");
      expect(table.size).toBe(0);
    }
  });

  it("keeps what the failure detector thinks", () => {
    const { table } = tableOf(entry(1, "joining"));
    table.setReachability(node(1).id, "unreachable");
    table.merge(entry(1, "up", 1), 0);
    expect(table.get(node(1).id)?.reachability).toBe("unreachable");
  });

  it("does not let a node take back its own removal", () => {
    const self = node(1);
    const { table } = tableOf(entry(self, "up", 1), entry(self, "removed"));
    for (const status of ["joining", "up", "leaving", "down"] as const) {
      expect(table.merge(entry(self, status, 1), 0)).toBe("buried");
      expect(table.move(self.id, status, 0)).toBe(false);
    }
    expect(table.get(self.id)).toBeUndefined();
  });
});

describe("a membership table", () => {
  const views = fc.array(anyEntry, { maxLength: 25 });

  it("ends with the same whatever the order in which news comes, and however often", () => {
    const property = fc.property(views, fc.infiniteStream(fc.nat()), (entries, order) => {
      const shuffled = [...entries, ...entries]
        .map((each) => ({ each, at: order.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ each }) => each);
      const [one, other] = [tableOf(...entries).table, tableOf(...shuffled).table];
      expect(other.digest).toEqual(one.digest);
      expect(other.snapshot.toString()).toBe(one.snapshot.toString());
    });
    fc.assert(property, RUNS);
  });

  it("ends with the same whether two views are merged one way or the other", () => {
    const merged = (into: readonly MembershipEntry[], from: readonly MembershipEntry[]) =>
      tableOf(...into, ...tableOf(...from).table.members()).table.digest;
    const living = fc.array(anyEntry.filter(({ status }) => status !== "removed"));
    const property = fc.property(living, living, (a, b) => {
      expect(merged(a, b)).toEqual(merged(b, a));
    });
    fc.assert(property, RUNS);
  });

  it("never moves a status back, and never shows again whom it removed", () => {
    const property = fc.property(views, (entries) => {
      const { table, changes } = tableOf();
      const reached = new Map<string, number>();
      for (const each of entries) table.merge(each, 0);
      for (const change of changes) {
        if (change.kind !== "membership") continue;
        const { id } = change.member.node;
        expect(statusRank(change.to)).toBeGreaterThanOrEqual(reached.get(id) ?? 0);
        expect(reached.get(id)).not.toBe(statusRank("removed"));
        expect(change.to === "removed" ? change.from : "down").toBe("down");
        reached.set(id, statusRank(change.to));
      }
    });
    fc.assert(property, RUNS);
  });

  it("tells of changes that, applied one after the other, make its membership", () => {
    const property = fc.property(views, fc.array(fc.nat(8)), (entries, moves) => {
      const { table, changes } = tableOf();
      entries.forEach((each, at) => {
        table.merge(each, 0);
        const { id } = node((moves[at] ?? 0) + 1);
        if (at % 3 === 0) table.setReachability(id, at % 2 === 0 ? "unreachable" : "reachable");
        else table.move(id, "up", 0);
      });
      const applied = changes.reduce((membership, change) => membership.apply(change), Membership.empty);
      expect(applied.toString()).toBe(table.snapshot.toString());
    });
    fc.assert(property, RUNS);
  });

  it("keeps its digest, its counts and its addresses in step with its members", () => {
    const property = fc.property(views, (entries) => {
      const { table } = tableOf(...entries);
      const members = [...table.members()];
      expect(table.digest).toEqual(members.map(hashEntry).reduce(combine, EMPTY_DIGEST));
      expect(table.living).toBe(members.filter(isLiving).length);
      expect([...table.hashes()]).toEqual(members.map(hashEntry));
      expect([...table.entriesByHash().values()]).toEqual(members);
      for (const { node: at } of [...members, entry(99, "up")]) {
        expect(table.livingAt(at)).toEqual(members.find((each) => each.node.address === at.address && isLiving(each)));
      }
    });
    fc.assert(property, RUNS);
  });

  it("moves members only as their life allows, and numbers those that become up", () => {
    const { table, heard } = tableOf(entry(1, "joining"), entry(2, "joining"), entry(3, "up", 7));
    expect(table.move(node(1).id, "up", 0)).toBe(true);
    expect(table.move(node(2).id, "up", 0)).toBe(true);
    expect(table.move(node(2).id, "joining", 0)).toBe(false);
    expect(table.move(node(2).id, "removed", 0)).toBe(false);
    expect(table.move(node(9).id, "down", 0)).toBe(false);
    expect([1, 2].map((number) => table.get(node(number).id)?.upNumber)).toEqual([8, 9]);
    expect(heard()).toEqual(["1: joining → up", "2: joining → up"]);
  });

  it("gives the same snapshot until something changes, and never changes one that it gave", () => {
    const { table } = tableOf(entry(1, "up", 1));
    const before = table.snapshot;
    table.merge(entry(1, "up", 1), 0);
    expect(table.snapshot).toBe(before);
    table.setReachability(node(1).id, "unreachable");
    expect(table.snapshot).not.toBe(before);
    expect(before.get(node(1).id)?.reachability).toBe("reachable");
  });

  it("tells of reachability only when it changes, and leaves it out of its digest", () => {
    const { table, heard } = tableOf(entry(1, "up", 1));
    const { digest } = table;
    expect(table.setReachability(node(1).id, "reachable")).toBe(false);
    expect(table.setReachability(node(1).id, "unreachable")).toBe(true);
    expect(table.setReachability(node(2).id, "unreachable")).toBe(false);
    expect(heard()).toEqual(["1: unreachable"]);
    expect(table.digest).toEqual(digest);
  });
});
