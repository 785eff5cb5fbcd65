import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { TIMELINE_PACE, Timeline } from "../../../src/demo/telling/timeline.js";

function setUp() {
  const clock = new VirtualClock();
  const told: number[][] = [];
  const timeline = new Timeline<{ at: number }>(clock, (entries) => {
    told.push(entries.map(({ at }) => at));
  });
  return { clock, told, timeline };
}

describe("the timeline", () => {
  it("tells in the order in which it happened what arrives in another", async () => {
    const { clock, told, timeline } = setUp();
    for (const at of [3, 1, 2]) timeline.add({ at });
    await clock.advance(1_000);
    expect(told).toEqual([[1, 2, 3]]);
  });

  it("keeps the order of arrival for what happened at the same time", async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const timeline = new Timeline<{ at: number; name: string }>(clock, (entries) => {
      told.push(...entries.map(({ name }) => name));
    });
    for (const name of ["first", "second"]) timeline.add({ at: 1, name });
    await clock.advance(1_000);
    expect(told).toEqual(["first", "second"]);
  });

  it("holds back what is so new that something older may still arrive", async () => {
    const { clock, told, timeline } = setUp();
    const { settleMs, batchMs } = TIMELINE_PACE;
    timeline.add({ at: 0 });
    await clock.advance(settleMs + batchMs - 1);
    timeline.add({ at: clock.now() });
    await clock.advance(settleMs - 1);
    timeline.add({ at: clock.now() - settleMs });
    expect(told).toEqual([[0]]);
    await clock.advance(1_000);
    expect(told).toEqual([[0], [99, 138 - settleMs].toSorted((a, b) => a - b)]);
  });

  it("tells no later than a tenth of a second after it happened", async () => {
    const { clock, told, timeline } = setUp();
    timeline.add({ at: 0 });
    await clock.advance(100);
    expect(told).toEqual([[0]]);
  });

  it("tells at once what is left when it is flushed, and leaves no timer", () => {
    const { clock, told, timeline } = setUp();
    timeline.add({ at: 5 });
    timeline.add({ at: 4 });
    timeline.flush();
    timeline.flush();
    expect(told).toEqual([[4, 5]]);
    expect(clock.pending).toBe(0);
  });
});
