import { describe, expect, it } from "vitest";
import { A, SchedulerWorld } from "./support/scheduler-world.js";

const MINUTE = 60_000;

describe("many listed endpoints", () => {
  const thousand = Array.from({ length: 1000 }, (_, n) => `10.1.${n >> 8}.${n & 255}:7337`);

  it("are never attempted more than maxConcurrentJoins at once", async () => {
    const world = new SchedulerWorld();
    await world.start(...thousand);
    expect(world.joiner.open).toHaveLength(3);
    for (let round = 0; round < 50; round++) {
      await world.refuse((world.joiner.open[0] as { endpoint: string }).endpoint);
      expect(world.joiner.open).toHaveLength(3);
    }
    expect(new Set(world.joiner.tried).size).toBe(53);
  });

  it("of one cluster take three attempts, because gossip brings the rest", async () => {
    const world = await new SchedulerWorld().start(...thousand);
    const [first] = world.joiner.open;
    world.membership.addAll(thousand.map((endpoint) => [`node-${endpoint}`, endpoint]));
    first?.answer({ kind: "joined", nodeId: `node-${first.endpoint}` });
    await world.clock.advance(MINUTE);
    expect(world.joiner.attempts).toHaveLength(3);
    for (const { endpoint, answer } of world.joiner.open) answer({ kind: "joined", nodeId: `node-${endpoint}` });
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.attempts).toHaveLength(3);
  });

  it("are tried in an order that depends on the seed alone", async () => {
    const orderOf = async (seed: number) => {
      const world = new SchedulerWorld({ seed });
      world.refuseAll();
      await world.start(...thousand.slice(0, 200));
      return world.joiner.tried.slice(0, 100);
    };
    const order = await orderOf(7);
    expect(await orderOf(7)).toEqual(order);
    expect(await orderOf(8)).not.toEqual(order);
    expect(order).not.toEqual(thousand.slice(0, 100));
  });

  it("are all tried in the end when nobody answers", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(...thousand);
    expect(new Set(world.joiner.tried).size).toBe(1000);
  });

  it("beyond maxEndpoints are left out, counted and said", async () => {
    const world = await new SchedulerWorld({ maxEndpoints: 10 }).start(...thousand);
    expect(world.scheduler.explain()).toMatchObject({ leftOut: 990, endpoints: { length: 10 } });
    expect(world.log).toContainEqual(
      expect.objectContaining({ level: "warn", details: expect.objectContaining({ leftOut: 990 }) }),
    );
    await world.list(...thousand.slice(1), A);
    expect(world.log.filter(({ details }) => "leftOut" in details)).toHaveLength(1);
    await world.list(A);
    expect(world.scheduler.explain().endpoints.map(({ endpoint }) => endpoint)).toContain(A);
  });

  it("beyond maxEndpoints are left out at random", async () => {
    const keptWith = async (seed: number) => {
      const world = await new SchedulerWorld({ maxEndpoints: 10, seed }).start(...thousand);
      return world.scheduler.explain().endpoints.map(({ endpoint }) => endpoint);
    };
    expect(await keptWith(1)).not.toEqual(await keptWith(2));
  });

  it("are compared with the membership once per coalesceMs while it keeps changing", async () => {
    const world = new SchedulerWorld({ coalesceMs: 50 });
    const members = thousand.map((endpoint) => [`node-${endpoint}`, endpoint] as const);
    world.membership.addAll(members);
    await world.start(...thousand);
    await world.clock.advance(1000);
    world.membership.lookups = 0;
    for (let ms = 0; ms < 500; ms++) {
      world.membership.add(`guest-${ms}`, `10.9.${ms >> 8}.${ms & 255}:1`);
      await world.clock.advance(1);
    }
    expect(world.membership.lookups).toBe(11 * 1000);
  });

  it("are compared with the membership once per burst of changes", async () => {
    const world = new SchedulerWorld();
    const members = thousand.map((endpoint) => [`node-${endpoint}`, endpoint] as const);
    world.membership.addAll(members);
    await world.start(...thousand);
    await world.clock.advance(1000);
    world.membership.lookups = 0;
    for (let n = 0; n < 1000; n++) world.membership.add(`guest-${n}`, `10.9.${n >> 8}.${n & 255}:1`);
    await world.clock.advance(10);
    for (let n = 0; n < 1000; n++) world.membership.remove(`guest-${n}`);
    await world.clock.advance(1000);
    expect(world.membership.lookups).toBe(2 * 1000);
  });
});
