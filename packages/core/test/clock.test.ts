import { describe, expect, it } from "vitest";
import { sleep, systemClock } from "../src/index.js";
import { settled, VirtualClock } from "./support/virtual-clock.js";

describe("sleep", () => {
  it("resolves when the time has passed, and leaves its signal", async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    let listeners = 0;
    signal.addEventListener = () => listeners++;
    signal.removeEventListener = () => listeners--;
    let awake = false;
    void sleep(clock, 100, signal).then(() => {
      awake = true;
    });
    await clock.advance(99);
    expect([awake, listeners]).toEqual([false, 1]);
    await clock.advance(1);
    expect([awake, listeners]).toEqual([true, 0]);
  });

  it("resolves at once when its signal aborts or has aborted, and leaves no timer", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const sleeping = sleep(clock, 100, abort.signal);
    abort.abort();
    await sleeping;
    await sleep(clock, 100, abort.signal);
    expect(clock.pending).toBe(0);
  });

  it("never wakes from an infinite one, and takes a negative one for none", async () => {
    const clock = new VirtualClock();
    void sleep(clock, Number.POSITIVE_INFINITY);
    await settled();
    expect(clock.pending).toBe(0);
    const sleeping = sleep(clock, -5);
    await clock.advance(0);
    await sleeping;
  });
});

describe("systemClock", () => {
  it("calls back after the delay, unless cancelled", async () => {
    const startedAt = systemClock.now();
    const calls: string[] = [];
    systemClock.schedule(1, () => calls.push("cancelled")).cancel();
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
    expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(19);
    expect(calls).toEqual([]);
  });

  it("does not run at once what is due in years", async () => {
    const calls: string[] = [];
    const timer = systemClock.schedule(2 ** 40, () => calls.push("too early"));
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
    timer.cancel();
    expect(calls).toEqual([]);
  });
});
