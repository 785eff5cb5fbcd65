import { describe, expect, it } from "vitest";
import { Roster } from "../src/browse/roster.js";
import type { Lease } from "../src/wire/messages.js";

const lease = (name: string, more: Partial<Lease["instance"]> = {}): Lease => ({
  lease: name,
  ttlMs: 1000,
  instance: { host: "10.0.0.1", port: 7337, id: name, ...more },
});
const ids = (roster: Roster) => roster.instances.map(({ id }) => id);

describe("the roster", () => {
  it("tells a new lease from one that is renewed and from one that says something else", () => {
    const roster = new Roster(10);
    expect(roster.heard(lease("a"), 0)).toBe("changed");
    expect(roster.heard(lease("a"), 10)).toBe("renewed");
    expect(roster.heard(lease("a", { metadata: { zone: "b" } }), 20)).toBe("changed");
    expect(roster.instances).toEqual([{ host: "10.0.0.1", port: 7337, id: "a", metadata: { zone: "b" } }]);
  });

  it("forgets a lease when its time has passed since it was last heard of, and not before", () => {
    const roster = new Roster(10);
    roster.heard(lease("a"), 0);
    roster.heard(lease("a"), 500);
    expect(roster.expiresAt).toBe(1500);
    expect(roster.expire(1499)).toBe(false);
    expect(roster.expire(1500)).toBe(true);
    expect(ids(roster)).toEqual([]);
    expect(roster.expiresAt).toBe(Infinity);
  });

  it("takes nothing late for a return, until what is late cannot come any more", () => {
    const roster = new Roster(10);
    roster.heard(lease("a"), 0);
    expect(roster.left("a", 100)).toBe(true);
    expect(roster.left("a", 100)).toBe(false);
    expect(roster.heard(lease("a"), 101)).toBe("ignored");
    roster.expire(70_000);
    expect(roster.heard(lease("a"), 70_000)).toBe("changed");
  });

  it("lists of two with one endpoint the one that came last, and goes on doing so while both speak", () => {
    const roster = new Roster(10);
    for (let now = 0; now < 5; now++) {
      roster.heard(lease("old"), now);
      roster.heard(lease("new"), now);
    }
    expect(ids(roster)).toEqual(["new"]);
  });

  it("lists of two with one id the one that came last", () => {
    const roster = new Roster(10);
    roster.heard(lease("old", { id: "n" }), 0);
    roster.heard(lease("new", { id: "n", port: 7338 }), 1);
    expect(roster.instances.map(({ port }) => port)).toEqual([7338]);
  });

  it("keeps no more than it is told to, of leases and of goodbyes", () => {
    const roster = new Roster(2);
    expect(["a", "b", "c"].map((name) => roster.heard(lease(name), 0))).toEqual(["changed", "changed", "full"]);
    expect(roster.heard(lease("a"), 1)).toBe("renewed");
    for (const name of ["x", "y", "z"]) roster.left(name, 2);
    roster.left("b", 2);
    expect(["x", "y", "z"].map((name) => roster.heard(lease(name), 3))).toEqual(["ignored", "ignored", "changed"]);
  });
});
