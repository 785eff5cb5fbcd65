import { describe, expect, it } from "vitest";
import { type ClusterEvent, ClusterEvents } from "../../src/control/cluster-events.js";
import type { MembershipChange } from "../../src/membership/changes.js";
import { Membership } from "../../src/membership/membership.js";
import { inShort, member } from "../support/nodes.js";

/** Events with a membership behind them that follows what is published. */
function feed(buffered = 1_000) {
  let membership = Membership.empty;
  const events = new ClusterEvents(() => ({ kind: "snapshot", membership, leader: undefined }), buffered);
  const join = (...numbers: number[]) => {
    for (const number of numbers) {
      const change: MembershipChange = { kind: "membership", member: member(number, "up"), from: undefined, to: "up" };
      membership = membership.apply(change);
      events.publish(change);
    }
  };
  return { events, join };
}

function show(event: ClusterEvent): string {
  if (event.kind === "snapshot") return `snapshot of ${event.membership.size}`;
  return event.kind === "lagged" ? `missed ${event.missed}` : inShort(event);
}

async function read(subscription: AsyncIterator<ClusterEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let at = 0; at < count; at++) {
    const { done, value } = await subscription.next();
    seen.push(done ? "end" : show(value));
  }
  return seen;
}

describe("a subscription to events", () => {
  it("begins with everything as it stands, and goes on with every change in order", async () => {
    const { events, join } = feed();
    join(1, 2);
    const subscription = events[Symbol.asyncIterator]();
    join(3, 4);
    expect(await read(subscription, 3)).toEqual(["snapshot of 2", "3: unknown → up", "4: unknown → up"]);
  });

  it("waits for changes, also for several that were asked for in advance", async () => {
    const { events, join } = feed();
    const subscription = events[Symbol.asyncIterator]();
    const reads = Promise.all([1, 2, 3].map(() => subscription.next()));
    join(1, 2);
    expect((await reads).map(({ value }) => show(value))).toEqual([
      "snapshot of 0",
      "1: unknown → up",
      "2: unknown → up",
    ]);
  });

  it("goes at its own pace, whatever others do", async () => {
    const { events, join } = feed();
    const [slow, fast] = [events[Symbol.asyncIterator](), events[Symbol.asyncIterator]()];
    join(1);
    expect(await read(fast, 2)).toEqual(["snapshot of 0", "1: unknown → up"]);
    await fast.return?.();
    join(2);
    expect(await read(slow, 3)).toEqual(["snapshot of 0", "1: unknown → up", "2: unknown → up"]);
  });

  it("that is not read is told how much it missed, and goes on from how things stand by then", async () => {
    const { events, join } = feed(3);
    const subscription = events[Symbol.asyncIterator]();
    join(1, 2, 3, 4, 5);
    expect(await read(subscription, 1)).toEqual(["missed 6"]);
    join(6);
    expect(await read(subscription, 2)).toEqual(["snapshot of 5", "6: unknown → up"]);
  });

  it("holds no more than it may, however long it is not read", async () => {
    const { events, join } = feed(10);
    const subscription = events[Symbol.asyncIterator]();
    for (let round = 0; round < 1_000; round++) join(1, 2, 3, 4, 5);
    join(6);
    void events.end();
    const all: string[] = [];
    for await (const event of { [Symbol.asyncIterator]: () => subscription }) all.push(show(event));
    expect(all).toEqual(["missed 5002", "snapshot of 6"]);
  });

  it("can lag more than once", async () => {
    const { events, join } = feed(2);
    const subscription = events[Symbol.asyncIterator]();
    join(1, 2);
    expect(await read(subscription, 2)).toEqual(["missed 3", "snapshot of 2"]);
    join(3, 4, 5);
    expect(await read(subscription, 2)).toEqual(["missed 3", "snapshot of 5"]);
  });

  it("ends after what was published before the end", async () => {
    const { events, join } = feed();
    const subscription = events[Symbol.asyncIterator]();
    join(1);
    events.end();
    join(2);
    expect(await read(subscription, 4)).toEqual(["snapshot of 0", "1: unknown → up", "end", "end"]);
  });

  it("that waits when the end comes, ends", async () => {
    const { events } = feed();
    const subscription = events[Symbol.asyncIterator]();
    await subscription.next();
    const waiting = subscription.next();
    events.end();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("made after the end gives how things stood, and ends", async () => {
    const { events, join } = feed();
    join(1);
    events.end();
    expect(await read(events[Symbol.asyncIterator](), 2)).toEqual(["snapshot of 1", "end"]);
  });

  it("that is left hears nothing any more", async () => {
    const { events, join } = feed();
    const subscription = events[Symbol.asyncIterator]();
    for await (const event of { [Symbol.asyncIterator]: () => subscription }) {
      expect(event.kind).toBe("snapshot");
      break;
    }
    join(1);
    expect(await read(subscription, 1)).toEqual(["end"]);
  });
});
