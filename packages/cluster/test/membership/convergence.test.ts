import { describe, expect, it } from "vitest";
import { Convergence } from "../../src/membership/convergence.js";
import { MembershipTable } from "../../src/membership/membership-table.js";
import { entry, node } from "../support/nodes.js";

function threeMembers() {
  const table = new MembershipTable({ ttlMs: 1_000, capacity: 100 }, () => {});
  for (const number of [1, 2, 3]) table.merge(entry(number, "up", number), 0);
  const convergence = new Convergence(node(1).id, table);
  return { table, convergence, missing: () => [...convergence.missing()].map((each) => each.node.host) };
}

describe("convergence", () => {
  it("is reached when every other member has said that it holds what this node holds", () => {
    const { table, convergence, missing } = threeMembers();
    expect(missing()).toEqual(["10.0.0.2", "10.0.0.3"]);
    convergence.note(node(2).id, table.digest);
    expect([missing(), convergence.converged]).toEqual([["10.0.0.3"], false]);
    convergence.note(node(3).id, table.digest);
    expect([missing(), convergence.converged]).toEqual([[], true]);
  });

  it("is lost with every change, and with every peer that says something else", () => {
    const { table, convergence, missing } = threeMembers();
    const { digest } = table;
    for (const number of [2, 3]) convergence.note(node(number).id, digest);
    convergence.note(node(3).id, { high: 1, low: 2 });
    expect(missing()).toEqual(["10.0.0.3"]);
    convergence.note(node(3).id, digest);
    table.merge(entry(4, "joining"), 0);
    expect(missing()).toEqual(["10.0.0.2", "10.0.0.3", "10.0.0.4"]);
  });

  it.each([
    ["unreachable", (table: MembershipTable) => table.setReachability(node(3).id, "unreachable")],
    ["down", (table: MembershipTable) => table.move(node(3).id, "down", 0)],
  ])("does not wait for who is %s", (_, change) => {
    const { table, convergence, missing } = threeMembers();
    change(table);
    convergence.note(node(2).id, table.digest);
    expect([missing(), convergence.converged]).toEqual([[], true]);
  });

  it("waits again for who was forgotten", () => {
    const { table, convergence } = threeMembers();
    convergence.note(node(2).id, table.digest);
    expect(convergence.agrees(node(2).id)).toBe(true);
    convergence.forget(node(2).id);
    expect(convergence.agrees(node(2).id)).toBe(false);
  });

  it("is given for a node that is alone", () => {
    const table = new MembershipTable({ ttlMs: 1_000, capacity: 100 }, () => {});
    table.merge(entry(1, "joining"), 0);
    expect(new Convergence(node(1).id, table).converged).toBe(true);
  });
});
