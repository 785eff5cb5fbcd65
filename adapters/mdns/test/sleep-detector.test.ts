import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { SleepDetector } from "../src/net/sleep-detector.js";

const POLL_MS = 5000;

describe("sleep", () => {
  it.each([
    { what: "a machine that is awake", monotonicMs: 5000, wallMs: 5000, slept: false },
    { what: "a busy machine", monotonicMs: 9000, wallMs: 9000, slept: false },
    { what: "a process that was stopped", monotonicMs: 60_000, wallMs: 60_000, slept: true },
    { what: "a machine that slept, whose clock stood still", monotonicMs: 5000, wallMs: 3_600_000, slept: true },
    { what: "a wall clock that was set back", monotonicMs: 5000, wallMs: -3_600_000, slept: false },
  ])("of $what is noticed: $slept", async ({ monotonicMs, wallMs, slept }) => {
    const clock = new VirtualClock();
    let wall = 1_700_000_000_000;
    const detector = new SleepDetector(clock, () => wall);
    await clock.advance(monotonicMs);
    wall += wallMs;
    expect(detector.hasSlept(POLL_MS)).toBe(slept);
    await clock.advance(POLL_MS);
    wall += POLL_MS;
    expect(detector.hasSlept(POLL_MS)).toBe(false);
  });
});
