import { describe, expect, it } from "vitest";
import { Tombstones } from "../../src/membership/tombstones.js";
import { node } from "../support/nodes.js";

describe("tombstones", () => {
  it("remember who was removed for at least their time, and forget it at the next burial after that", () => {
    const tombstones = new Tombstones({ ttlMs: 1_000, capacity: 10 });
    tombstones.bury(node(1), 0);
    tombstones.bury(node(2), 999);
    expect(tombstones.find(node(1).id)).toEqual(node(1));
    tombstones.bury(node(3), 1_000);
    expect(tombstones.find(node(1).id)).toBeUndefined();
    expect(tombstones.find(node(2).id)).toEqual(node(2));
    expect(tombstones.forgotten).toBe(0);
  });

  it("count from the first burial, not from the last news of it", () => {
    const tombstones = new Tombstones({ ttlMs: 1_000, capacity: 10 });
    tombstones.bury(node(1), 0);
    tombstones.bury(node(1), 900);
    tombstones.expire(1_000);
    expect(tombstones.size).toBe(0);
  });

  it("are bounded: the oldest go first, and that is counted", () => {
    const tombstones = new Tombstones({ ttlMs: 1_000, capacity: 3 });
    for (const number of [1, 2, 3, 4, 5]) tombstones.bury(node(number), number);
    expect([1, 2, 3, 4, 5].filter((number) => tombstones.find(node(number).id))).toEqual([3, 4, 5]);
    expect([tombstones.size, tombstones.forgotten]).toEqual([3, 2]);
  });

  it("do not count as forgotten too early what had expired anyway", () => {
    const tombstones = new Tombstones({ ttlMs: 10, capacity: 1 });
    tombstones.bury(node(1), 0);
    tombstones.bury(node(2), 10);
    expect([tombstones.size, tombstones.forgotten]).toEqual([1, 0]);
  });
});
