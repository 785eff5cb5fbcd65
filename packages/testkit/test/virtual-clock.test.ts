import { sleep } from "@rollcall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../src/virtual-clock.js";

describe("a virtual clock", () => {
  it("stands still until it is told to go on", async () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.schedule(0, () => {
      ran = true;
    });
    await Promise.resolve();
    expect([clock.now(), ran]).toEqual([0, false]);
    await clock.advance(0);
    expect([clock.now(), ran]).toEqual([0, true]);
  });

  it("runs what comes due in the order of time, and at one time in the order of scheduling", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), async (delays) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        delays.forEach((delayMs, index) => {
          clock.schedule(delayMs, () => ran.push(index));
        });
        await clock.advance(20);
        const expected = delays.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it("shows each callback the time at which it was due", async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const delayMs of [30, 10, 20]) clock.schedule(delayMs, () => seen.push(clock.now()));
    await clock.advance(25);
    expect(seen).toEqual([10, 20]);
    expect(clock.now()).toBe(25);
    await clock.advance(5);
    expect(seen).toEqual([10, 20, 30]);
  });

  it("runs what a callback schedules within the time that passes", async () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const tick = () => {
      ticks.push(clock.now());
      clock.schedule(10, tick);
    };
    tick();
    await clock.advance(35);
    expect(ticks).toEqual([0, 10, 20, 30]);
    expect(clock.pending).toBe(1);
  });

  it("lets promises settle between two moments", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const work = async () => {
      for (const name of ["a", "b", "c"]) {
        await sleep(clock, 10);
        await Promise.resolve();
        log.push(`${name} at ${clock.now()}`);
      }
    };
    void work();
    await clock.advance(30);
    expect(log).toEqual(["a at 10", "b at 20", "c at 30"]);
  });

  it("does not run what was cancelled, and no longer counts it as pending", async () => {
    const clock = new VirtualClock();
    let ran = 0;
    const cancelled = clock.schedule(10, () => ran++);
    const kept = clock.schedule(10, () => ran++);
    expect(clock.pending).toBe(2);
    cancelled.cancel();
    cancelled.cancel();
    expect(clock.pending).toBe(1);
    await clock.advance(10);
    kept.cancel();
    expect([ran, clock.pending]).toEqual([1, 0]);
  });

  it("lets a callback cancel another one that is due at the same time", async () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.schedule(10, () => other.cancel());
    const other = clock.schedule(10, () => {
      ran = true;
    });
    await clock.advance(10);
    expect(ran).toBe(false);
  });

  it("goes on until a condition holds, and no further", async () => {
    const clock = new VirtualClock();
    let count = 0;
    for (let at = 1; at <= 9; at++) clock.schedule(at, () => count++);
    await clock.until(() => count === 4);
    expect(clock.now()).toBe(4);
  });

  it("says what did not hold in the time allowed", async () => {
    const clock = new VirtualClock();
    clock.schedule(1_001, () => {});
    await expect(clock.until(() => false, 1_000, "the moon")).rejects.toThrow(
      "After 1000 virtual ms the moon still does not hold.",
    );
  });

  it("gives what a promise settles to, also if that is an error", async () => {
    const clock = new VirtualClock();
    const slow = async (outcome: () => string) => {
      await sleep(clock, 500);
      return outcome();
    };
    await expect(clock.settle(slow(() => "done"))).resolves.toBe("done");
    expect(clock.now()).toBe(500);
    const failing = slow(() => {
      throw new Error("broken");
    });
    await expect(clock.settle(failing)).rejects.toThrow("broken");
    await expect(clock.settle(new Promise(() => {}), 100)).rejects.toThrow("what a promise waits for");
  });
});
