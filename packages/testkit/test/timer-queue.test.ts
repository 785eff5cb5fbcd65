import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallOwner, TimerQueue } from "../src/timer-queue.js";

const owner = (): CallOwner => ({ state: "running", pending: 0, hold: () => {} });

describe("a queue of timers", () => {
  it("runs what was not cancelled in the order of time, then of scheduling", () => {
    const call = fc.record({ at: fc.integer({ min: 0, max: 30 }), cancelled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const queue = new TimerQueue();
        const ran: number[] = [];
        const scheduled = calls.map(({ at }, index) => queue.add(at, () => ran.push(index), owner()));
        scheduled.forEach((timer, index) => {
          if (calls[index]?.cancelled) timer.cancel();
        });
        const kept = calls.map((each, index) => ({ ...each, index })).filter(({ cancelled }) => !cancelled);
        expect(queue.waiting).toBe(kept.length);
        while (queue.nextAt < Number.POSITIVE_INFINITY) queue.runFirst();
        expect(ran).toEqual(kept.sort((a, b) => a.at - b.at || a.index - b.index).map(({ index }) => index));
        expect(queue.waiting).toBe(0);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("counts what waits for each owner, and no call twice", () => {
    const queue = new TimerQueue();
    const [one, other] = [owner(), owner()];
    const first = queue.add(1, () => {}, one);
    queue.add(2, () => {}, one);
    queue.add(3, () => {}, other);
    first.cancel();
    first.cancel();
    expect([one.pending, other.pending, queue.waiting]).toEqual([1, 1, 2]);
    queue.disown(one);
    expect([one.pending, other.pending, queue.waiting]).toEqual([0, 1, 1]);
  });

  it("forgets cancelled calls long before their time, however many there are", () => {
    const queue = new TimerQueue();
    const me = owner();
    const kept = Array.from({ length: 10 }, (_, at) => queue.add(at, () => {}, me));
    for (let times = 0; times < 10_000; times++) queue.add(1e9, () => {}, me).cancel();
    expect(queue.length).toBeLessThan(100);
    expect(queue.waiting).toBe(kept.length);
    for (const [at] of kept.entries()) {
      expect(queue.nextAt).toBe(at);
      queue.runFirst();
    }
    expect(queue.nextAt).toBe(Number.POSITIVE_INFINITY);
  });
});
