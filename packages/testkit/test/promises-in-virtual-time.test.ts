import { sleep } from "@rollcall/core";
import { describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../src/virtual-clock.js";

describe("promises in virtual time", () => {
  it("settle between two moments, however long their chain is", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    let tell = () => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const chain = async () => {
      await told;
      for (let link = 0; link < 50; link++) await undefined;
      log.push("promise");
    };
    void chain();
    clock.schedule(1, tell);
    clock.schedule(1.000_001, () => log.push("timer"));
    await clock.advance(5);
    expect(log).toEqual(["promise", "timer"]);
  });

  it("that were there before time goes on come first", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.schedule(0, () => log.push("timer"));
    void Promise.resolve().then(() => log.push("promise"));
    await clock.advance(0);
    expect(log).toEqual(["promise", "timer"]);
  });

  it("cost a turn of the event loop only where one moved", async () => {
    const turns = vi.spyOn(globalThis, "setImmediate");
    try {
      const clock = new VirtualClock();
      let ticks = 0;
      const tick = () => {
        if (++ticks < 500) clock.schedule(1, tick);
      };
      tick();
      await clock.advance(1_000);
      expect(ticks).toBe(500);
      expect(turns.mock.calls.length).toBeLessThan(5);
      turns.mockClear();
      const nap = async () => {
        for (let times = 0; times < 20; times++) await sleep(clock, 1);
      };
      await clock.settle(nap());
      expect(turns.mock.calls.length).toBeGreaterThanOrEqual(20);
    } finally {
      turns.mockRestore();
    }
  });

  it("does not stop the event loop, even if no promise moves for long", async () => {
    const clock = new VirtualClock();
    let ticks = 0;
    let stop = false;
    const tick = () => {
      ticks++;
      if (!stop) clock.schedule(1, tick);
    };
    tick();
    setImmediate(() => {
      stop = true;
    });
    await clock.advance(100_000);
    expect(ticks).toBeLessThan(10_000);
  });
});

describe("time that does not pass", () => {
  it("is an error, not an endless loop", async () => {
    const clock = new VirtualClock();
    const again = () => clock.schedule(0, again);
    again();
    await expect(clock.advance(1)).rejects.toThrow("Time does not pass: after 1000000 calls it is still 0 ms.");
  });
});
