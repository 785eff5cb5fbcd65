import { supervise } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { BreakableDiscovery } from "./support/breakable-discovery.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { settle, VirtualClock } from "./support/virtual-clock.js";

const MINUTE = 60_000;

describe("a scheduler's life", () => {
  it("stop aborts what is under way, waits for it, and attempts nothing afterwards", async () => {
    const world = await new SchedulerWorld().start(A, B);
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.joiner.join = async (_, signal) => {
      await slow;
      throw signal.reason;
    };
    await world.list(A, B, C);
    let stopped = false;
    const stopping = world.scheduler.stop().then(() => {
      stopped = true;
    });
    expect(world.joiner.attempts.every(({ signal }) => signal.aborted)).toBe(true);
    await settle();
    expect(stopped).toBe(false);
    release();
    await stopping;
    world.membership.add("someone", D);
    await world.list(A, B, C, D);
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.attempts).toHaveLength(2);
  });

  it("stop leaves no timer, no listener and no subscription behind", async () => {
    const world = await new SchedulerWorld().start(A, B);
    await world.refuse(A);
    await world.accept(B);
    expect(world.clock.pending).toBeGreaterThan(0);
    await world.scheduler.stop();
    expect(world.clock.pending).toBe(0);
    expect(world.membership.listeners).toBe(0);
    expect(world.discovery.subscribers).toBe(0);
  });

  it("stop leaves no listener on a discovery that was supervised already", async () => {
    let watching = 0;
    const watchStatus = () => {
      watching++;
      return () => watching--;
    };
    const supervised = supervise(new BreakableDiscovery(), { clock: new VirtualClock() });
    const world = new SchedulerWorld({ discovery: Object.create(supervised, { watchStatus: { value: watchStatus } }) });
    world.scheduler.start();
    await settle();
    expect(watching).toBe(1);
    await world.scheduler.stop();
    expect(watching).toBe(0);
  });

  it("stop is idempotent and safe before start, which then does nothing", async () => {
    const world = new SchedulerWorld();
    const first = world.scheduler.stop();
    expect(world.scheduler.stop()).toBe(first);
    await first;
    await world.start(A);
    expect(world.joiner.tried).toEqual([]);
    expect(world.scheduler.explain().situation.code).toBe("STOPPED");
  });

  it("stop is not undone by an attempt that answers after it was aborted", async () => {
    const world = new SchedulerWorld();
    world.joiner.join = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ kind: "rejected", code: "NODE_LEAVING", reason: "too late" }));
      });
    await world.start(A, B, C, D);
    await world.scheduler.stop();
    expect(world.clock.pending).toBe(0);
  });

  it("stop is not undone by a membership that changed in the same moment", async () => {
    const world = new SchedulerWorld();
    world.membership.onChange(() => void world.scheduler.stop());
    await world.start(A);
    world.membership.add("node-a", A);
    await settle();
    expect(world.clock.pending).toBe(0);
  });

  it("stop called by the joiner itself starts none of the attempts that were due with it", async () => {
    const world = new SchedulerWorld();
    world.joiner.behaviour = () => void world.scheduler.stop();
    await world.start(A, B, C);
    expect(world.joiner.attempts).toHaveLength(1);
  });

  it("start twice subscribes once", async () => {
    const world = await new SchedulerWorld().start(A);
    world.scheduler.start();
    await settle();
    expect(world.discovery.subscribers).toBe(1);
    expect(world.joiner.tried).toEqual([A]);
  });

  it("is a pure function of its seed", async () => {
    const traceOf = async (seed: number) => {
      const world = new SchedulerWorld({ seed });
      world.refuseAll();
      await world.start(A, B, C, D);
      await world.clock.advance(10_000);
      world.membership.add("fellow", B);
      world.discovery.fail();
      await world.clock.advance(MINUTE);
      return world.joiner.attempts.map(({ at, endpoint }) => `${at} ${endpoint}`);
    };
    const trace = await traceOf(42);
    expect(trace.length).toBeGreaterThan(50);
    expect(await traceOf(42)).toEqual(trace);
    expect(await traceOf(43)).not.toEqual(trace);
  });
});
