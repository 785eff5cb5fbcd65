import { describe, expect, it } from "vitest";
import { A, B, SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

const MINUTE = 60_000;

describe("discovery trouble", () => {
  it("that throws leaves the last listing in force and opens the subscription again after a jittered delay", async () => {
    const reopenedAt = new Set<number>();
    for (const seed of [1, 2, 3]) {
      const world = new SchedulerWorld({ seed });
      await world.start(A);
      world.discovery.fail(new Error("the registry is away"));
      await settle();
      expect(world.discovery.subscribers).toBe(0);
      expect(world.scheduler.explain().discovery).toMatchObject({ state: "retrying", listed: 1, failures: 1 });
      await world.refuse(A);
      await world.clock.advance(100);
      expect(world.joiner.tried).toEqual([A, A]);
      while (world.discovery.subscribers === 0 && world.clock.now() < MINUTE) await world.clock.advance(1);
      reopenedAt.add(world.clock.now());
      expect(world.scheduler.explain().discovery).toMatchObject({ state: "live", failures: 0 });
      await world.list(A, B);
      expect(world.joiner.tried).toContain(B);
    }
    expect(reopenedAt.size).toBe(3);
  });

  it("such as a subscription that completes is cured by opening another", async () => {
    const world = await new SchedulerWorld().start(A);
    world.discovery.end();
    await world.clock.advance(5000);
    expect(world.discovery.subscribers).toBe(1);
    await world.list(A, B);
    expect(world.joiner.tried).toContain(B);
  });

  it("removes nobody and is said once, not at every retry", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    world.discovery.outage(new Error("the registry is away"));
    await world.clock.advance(10 * MINUTE);
    expect(world.membership.isMember(`node-${A}`)).toBe(true);
    const said = world.log.filter(({ message }) => message.includes("the registry is away"));
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("is said again when it comes back after the discovery had recovered", async () => {
    const world = await new SchedulerWorld().start();
    for (let outage = 0; outage < 2; outage++) {
      world.discovery.outage(new Error("the registry is away"));
      await world.clock.advance(MINUTE);
      world.discovery.recover();
      await world.clock.advance(MINUTE);
      expect(world.scheduler.explain().discovery?.state).toBe("live");
    }
    const said = world.log.filter(({ level }) => level !== "debug");
    expect(said.map(({ level, message }) => [level, message.includes("away")])).toEqual([
      ["warn", true],
      ["info", false],
      ["warn", true],
      ["info", false],
    ]);
  });
});
