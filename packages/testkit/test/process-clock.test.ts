import { describe, expect, it } from "vitest";
import { VirtualClock } from "../src/virtual-clock.js";

describe("the clock of a process", () => {
  it("shows the time that all have", async () => {
    const clock = new VirtualClock();
    const process = clock.process();
    await clock.advance(7);
    expect(process.now()).toBe(7);
    let at: number | undefined;
    process.schedule(5, () => {
      at = process.now();
    });
    await clock.advance(10);
    expect(at).toBe(12);
  });

  it("runs nothing while it is frozen, and others go on", async () => {
    const clock = new VirtualClock();
    const [frozen, other] = [clock.process(), clock.process()];
    const ran: string[] = [];
    frozen.schedule(1, () => ran.push("frozen"));
    other.schedule(1, () => ran.push("other"));
    frozen.freeze();
    await clock.advance(10);
    expect(ran).toEqual(["other"]);
    expect(clock.pending).toBe(1);
  });

  it.each([
    ["timers", ["first", "second", "read"]],
    ["network", ["read", "first", "second"]],
  ] as const)("runs all that came due when it is thawed, at that moment, %s first", async (first, expected) => {
    const clock = new VirtualClock();
    const process = clock.process();
    const ran: { what: string; at: number }[] = [];
    const note = (what: string) => () => ran.push({ what, at: process.now() });
    process.schedule(20, note("second"));
    process.schedule(10, note("first"));
    const cancelled = process.schedule(15, note("cancelled"));
    process.freeze();
    process.whenRunning(note("read"));
    await clock.advance(100);
    cancelled.cancel();
    process.thaw(first);
    expect(ran).toEqual([]);
    await clock.advance(0);
    expect(ran).toEqual(expected.map((what) => ({ what, at: 100 })));
    expect([process.pending, clock.pending]).toEqual([0, 0]);
  });

  it("lets one timer cancel another that came due in the same pause", async () => {
    const clock = new VirtualClock();
    const process = clock.process();
    let ran = false;
    process.schedule(1, () => other.cancel());
    const other = process.schedule(2, () => {
      ran = true;
    });
    process.freeze();
    await clock.advance(10);
    process.thaw();
    await clock.advance(10);
    expect(ran).toBe(false);
  });

  it("runs nothing any more once it is killed, whatever was or is scheduled", async () => {
    const clock = new VirtualClock();
    const process = clock.process();
    let ran = 0;
    const timer = process.schedule(1, () => ran++);
    process.freeze();
    process.whenRunning(() => ran++);
    await clock.advance(5);
    process.schedule(1, () => ran++);
    process.kill();
    process.thaw();
    process.schedule(1, () => ran++).cancel();
    process.schedule(1, () => ran++);
    process.whenRunning(() => ran++);
    timer.cancel();
    await clock.advance(10);
    expect([ran, process.pending, clock.pending]).toEqual([0, 0, 0]);
  });
});
