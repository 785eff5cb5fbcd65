import { describe, expect, it } from "vitest";
import { connectionRefused } from "./support/fake-joiner.js";
import { A, B, SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

const MINUTE = 60_000;

describe("a failed attempt", () => {
  it("is retried with growing, jittered delays while the endpoint stays listed", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(5000);
    const at = world.joiner.triedAt(A);
    const delays = at.slice(1).map((time, index) => time - (at[index] as number));
    expect(delays.length).toBeGreaterThan(8);
    delays.forEach((delay, index) => {
      const base = Math.min(3000, 10 * 2 ** index);
      expect(delay).toBeGreaterThanOrEqual(base * 0.8);
      expect(delay).toBeLessThanOrEqual(base * 1.2);
    });
    expect(new Set(delays.map((delay, index) => delay / 2 ** index)).size).toBeGreaterThan(5);
  });

  it("settles at one try in about 30 s after 32 failures, and never gives up", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(60 * MINUTE);
    const at = world.joiner.triedAt(A);
    expect(at.length).toBeGreaterThan(100);
    const settled = at.slice(33).map((time, index) => time - (at[index + 32] as number));
    for (const delay of settled) {
      expect(delay).toBeGreaterThanOrEqual(24_000);
      expect(delay).toBeLessThanOrEqual(36_000);
    }
  });

  it("succeeds at the first retry after the contact point begins to listen", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.refuse(A);
    await world.clock.advance(60);
    await world.accept(A);
    expect(world.stateOf(A)).toBe("joined");
  });

  it("is dropped when the endpoint has vanished meanwhile", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.list();
    expect(world.joiner.attemptOn(A).signal.aborted).toBe(false);
    await world.refuse(A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    expect(world.scheduler.explain().endpoints).toEqual([]);
  });

  it("is forgotten when the endpoint vanishes and comes back", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(20_000);
    await world.list();
    const before = world.joiner.attempts.length;
    await world.list(A);
    expect(world.joiner.attempts).toHaveLength(before + 1);
    expect(world.explain(A)).toMatchObject({ state: "backing-off", attempts: 1 });
  });

  it("is forgotten when the endpoint vanishes and comes back during an attempt", async () => {
    const world = await new SchedulerWorld({ backoff: { delayMs: (failures) => failures * 1000 } }).start(A);
    await world.refuse(A);
    await world.clock.advance(1000);
    await world.list();
    await world.list(A);
    expect(world.explain(A)).toMatchObject({ state: "attempting", attempts: 1 });
    await world.refuse(A);
    await world.clock.advance(1000);
    expect(world.joiner.triedAt(A)).toEqual([0, 1000, 2000]);
  });

  it("is forgotten when another instance is listed at the same endpoint", async () => {
    const world = await new SchedulerWorld().start();
    world.discovery.set([{ host: "10.0.0.10", port: 7337, id: "old" }]);
    await settle();
    await world.reject(A, "TOMBSTONED");
    await world.clock.advance(1000);
    expect(world.joiner.tried).toEqual([A]);
    world.discovery.set([{ host: "10.0.0.10", port: 7337, id: "new" }]);
    await settle();
    expect(world.joiner.tried).toEqual([A, A]);
    expect(world.explain(A)?.id).toBe("new");
  });

  it.each([10 ** 11, Number.POSITIVE_INFINITY])("can be followed by a delay of %d ms", async (delayMs) => {
    const world = new SchedulerWorld({ backoff: { delayMs: () => delayMs } });
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(10 ** 11);
    expect(world.joiner.attempts).toHaveLength(delayMs === 10 ** 11 ? 2 : 1);
  });

  it("is retried in time although the membership changes meanwhile", async () => {
    const world = new SchedulerWorld({ backoff: { delayMs: () => 10 }, spreadMs: 0 });
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(1);
    world.membership.add("node-b", B);
    await world.clock.advance(9);
    expect(world.joiner.triedAt(A)).toEqual([0, 10]);
  });

  it("counts as failed when the peer answered but did not become a member", async () => {
    const world = new SchedulerWorld();
    world.joiner.behaviour = (_, attempt) => attempt.answer({ kind: "joined", nodeId: "ghost" });
    await world.start(A);
    expect(world.explain(A)).toMatchObject({ state: "backing-off", lastCode: "NOT_A_MEMBER" });
    await world.clock.advance(1000);
    expect(world.joiner.attempts.length).toBeLessThan(10);
  });

  it("is one even if the joiner throws instead of rejecting, or resolves with nonsense", async () => {
    const world = new SchedulerWorld();
    world.joiner.join = () => {
      throw connectionRefused(A);
    };
    await world.start(A);
    expect(world.explain(A)?.lastCode).toBe("ECONNREFUSED");
    for (const nonsense of [
      undefined,
      null,
      {},
      { kind: "maybe" },
      { kind: "joined" },
      { kind: "joined", nodeId: "" },
    ]) {
      await world.list();
      world.joiner.join = async () => nonsense as never;
      await world.list(A);
      expect(world.explain(A)?.lastCode, JSON.stringify(nonsense)).toBe("INVALID_OUTCOME");
    }
  });
});
