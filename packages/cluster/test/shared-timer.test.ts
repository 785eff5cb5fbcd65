import type { Clock, Timer } from "@rollcall/core";
import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { SharedTimer } from "../src/shared-timer.js";

/** Counts the timers that are set and that ring. */
class CountedClock implements Clock {
  readonly virtual = new VirtualClock();
  set = 0;
  rung = 0;

  now(): number {
    return this.virtual.now();
  }

  schedule(delayMs: number, callback: () => void): Timer {
    this.set++;
    return this.virtual.schedule(delayMs, () => {
      this.rung++;
      callback();
    });
  }
}

describe("a shared timer", () => {
  it("calls everybody when it is time, the earliest first, long waits a millisecond late rather than early", async () => {
    const clock = new VirtualClock();
    const shared = new SharedTimer(clock);
    const called: [string, number][] = [];
    const schedule = (name: string, delayMs: number) =>
      shared.schedule(delayMs, () => called.push([name, Math.round(clock.now())]));
    schedule("third", 300);
    schedule("first", 5);
    schedule("second", 20);
    schedule("fourth", 300);
    await clock.advance(1_000);
    expect(called).toEqual([
      ["first", 5],
      ["second", 20],
      ["third", 301],
      ["fourth", 301],
    ]);
  });

  it("rings once for all that was called off and set again meanwhile", async () => {
    const clock = new CountedClock();
    const shared = new SharedTimer(clock);
    let called = 0;
    let timer = shared.schedule(100, () => called++);
    for (let times = 0; times < 50; times++) {
      await clock.virtual.advance(1);
      timer.cancel();
      timer = shared.schedule(100, () => called++);
      shared.schedule(100, () => {}).cancel();
    }
    await clock.virtual.advance(200);
    expect(called).toBe(1);
    // Where it was first, and where the last call was due.
    expect(clock.rung).toBeLessThanOrEqual(4);
    expect(clock.set).toBeLessThan(60);
  });

  it("rings while the process is awake instead of later for nothing", async () => {
    const clock = new CountedClock();
    const shared = new SharedTimer(clock);
    const called: number[] = [];
    const note = () => called.push(Math.round(clock.now()));
    const [timeout, other] = [shared.schedule(300, note), shared.schedule(300, note)];
    shared.schedule(1_000, note);
    await clock.virtual.advance(1);
    timeout.cancel();
    await clock.virtual.advance(1);
    expect(clock.rung).toBe(0);
    other.cancel();
    await clock.virtual.advance(1);
    expect(clock.rung).toBe(1);
    await clock.virtual.advance(900);
    expect(clock.rung).toBe(1);
    await clock.virtual.advance(500);
    expect(called).toEqual([1_001]);
    expect(clock.rung).toBe(2);
  });

  it("lets the process go on when somebody wants to be called at once, again and again", async () => {
    const clock = new VirtualClock();
    const shared = new SharedTimer(clock);
    let called = 0;
    const again = () => {
      called++;
      if (called < 1_000) shared.schedule(0, again);
    };
    shared.schedule(0, again);
    const calledAt: number[] = [];
    clock.schedule(0, () => calledAt.push(called));
    await clock.advance(1);
    expect(calledAt[0]).toBeLessThanOrEqual(1);
    expect(called).toBe(1_000);
  });

  it("goes on with the others when a call throws", async () => {
    const rings: (() => void)[] = [];
    const clock: Clock = {
      now: () => rings.length,
      schedule: (_, ring) => ({ cancel: () => {}, ring: rings.push(ring) }),
    };
    const shared = new SharedTimer(clock);
    const called: string[] = [];
    shared.schedule(0, () => {
      throw new Error("of a call");
    });
    shared.schedule(0, () => called.push("second"));
    expect(rings[0]).toThrow("of a call");
    rings[1]?.();
    expect(called).toEqual(["second"]);
  });

  it("leaves nothing behind when all is called off", async () => {
    const clock = new VirtualClock();
    const shared = new SharedTimer(clock);
    const timers = [30, 10, 20].map((delayMs) => shared.schedule(delayMs, () => expect.unreachable()));
    for (const timer of timers) timer.cancel();
    expect(clock.pending).toBe(0);
    await clock.advance(100);
  });

  it("lets a call be called off, and others be made, by one that is due at the same time", async () => {
    const clock = new VirtualClock();
    const shared = new SharedTimer(clock);
    const called: string[] = [];
    shared.schedule(10, () => {
      called.push("first");
      second.cancel();
      shared.schedule(0, () => called.push("at once"));
      shared.schedule(5, () => called.push("later"));
    });
    const second = shared.schedule(10, () => called.push("second"));
    await clock.advance(100);
    expect(called).toEqual(["first", "at once", "later"]);
    expect(clock.pending).toBe(0);
  });
});
