import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolTime } from "../src/protocol-time.js";

const OPTIONS = { stallThresholdMs: 100, listenMs: 300 };

describe("protocol time", () => {
  it("is the clock's while whoever was woken came in time, or nearly", () => {
    const time = new ProtocolTime(1000, OPTIONS);
    expect(time.goOn(1500, 1500)).toBe(0);
    expect(time.goOn(2100, 2000)).toBe(0);
    expect(time.now).toBe(2100);
    expect(time.onClock(2500)).toBe(2500);
  });

  it("does not count a stall, and stands still for a while after it", () => {
    const time = new ProtocolTime(0, OPTIONS);
    expect(time.goOn(3000, 1000)).toBe(2000);
    expect(time.now).toBe(700);
    // What was due at 1000 is due when we have listened for 300 ms.
    expect(time.onClock(1000)).toBe(3300);
    expect(time.goOn(3300, 1000)).toBe(0);
    expect(time.now).toBe(1000);
  });

  it("adds up stalls", () => {
    const time = new ProtocolTime(0, OPTIONS);
    time.goOn(1500, 500);
    time.goOn(3500, 500);
    expect(time.onClock(500)).toBe(3800);
  });

  it("is not stalled while nobody waits for anything", () => {
    const time = new ProtocolTime(0, OPTIONS);
    expect(time.goOn(1_000_000, Number.POSITIVE_INFINITY)).toBe(0);
    expect(time.now).toBe(1_000_000);
  });

  it("never goes back, whatever the clock does", () => {
    const property = fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true }))),
      (steps) => {
        const time = new ProtocolTime(0, OPTIONS);
        for (const [clock, due] of steps) {
          const before = time.now;
          time.goOn(clock, due);
          expect(time.now).toBeGreaterThanOrEqual(before);
        }
      },
    );
    fc.assert(property);
  });

  it("has come to what was waited for when the clock has, however that rounds", () => {
    const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
    const property = fc.property(ms, fc.double({ min: 0, max: 1000, noNaN: true }), (stall, due) => {
      const time = new ProtocolTime(0, OPTIONS);
      time.goOn(due + stall, due);
      time.goOn(time.onClock(due), due);
      expect(time.now).toBeGreaterThanOrEqual(due);
    });
    fc.assert(property);
  });
});
