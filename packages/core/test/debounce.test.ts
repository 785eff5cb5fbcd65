import { describe, expect, it } from "vitest";
import { debounce, inMemoryDiscovery } from "../src/index.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { VirtualClock } from "./support/virtual-clock.js";

function debounced(quietMs = 100, maxWaitMs?: number) {
  const clock = new VirtualClock();
  const source = inMemoryDiscovery(["a:9"]);
  const discovery = debounce(source, quietMs, { clock, ...(maxWaitMs === undefined ? {} : { maxWaitMs }) });
  const abort = new AbortController();
  const consumer = new Consumer(discovery.subscribe({ signal: abort.signal }));
  return { clock, source, discovery, consumer, abort };
}

describe("debounce", () => {
  it("lists the first listing at once, and a burst of changes as one when it is over", async () => {
    const { clock, source, consumer, abort } = debounced();
    await clock.advance(0);
    expect(consumer.seen).toEqual([["a:9"]]);
    for (const port of [1, 2, 3]) {
      source.set([`a:${port}`]);
      await clock.advance(60);
    }
    expect(consumer.seen).toHaveLength(1);
    await clock.advance(40);
    expect(consumer.seen).toEqual([["a:9"], ["a:3"]]);
    abort.abort();
  });

  it("lists nothing when a burst ends where it began", async () => {
    const { clock, source, consumer, abort } = debounced();
    await clock.advance(0);
    source.set([]);
    await clock.advance(50);
    source.set(["a:9"]);
    await clock.advance(1_000);
    expect(consumer.seen).toEqual([["a:9"]]);
    abort.abort();
  });

  it.each([
    [undefined, 500],
    [200, 200],
    [50, 50],
  ])("holds nothing back longer than maxWaitMs (%s), however restless the source", async (maxWaitMs, expectedMs) => {
    const { clock, source, consumer, abort } = debounced(100, maxWaitMs);
    await clock.advance(0);
    const startedAt = clock.now();
    for (let port = 1; consumer.seen.length === 1; port++) {
      source.set([`a:${port}`]);
      await clock.advance(10);
    }
    expect(clock.now() - startedAt).toBe(expectedMs);
    abort.abort();
  });

  it("starts waiting anew after it has listed", async () => {
    const { clock, source, consumer, abort } = debounced();
    await clock.advance(0);
    source.set(["a:1"]);
    await clock.advance(100);
    source.set(["a:2"]);
    await clock.advance(99);
    expect(consumer.seen).toEqual([["a:9"], ["a:1"]]);
    await clock.advance(1);
    expect(consumer.seen).toEqual([["a:9"], ["a:1"], ["a:2"]]);
    await clock.advance(10_000);
    source.set(["a:3"]);
    await clock.advance(99);
    expect(consumer.seen).toHaveLength(3);
    abort.abort();
  });

  it("lists the last change before it passes on a failure", async () => {
    const { clock, source, consumer } = debounced();
    await clock.advance(0);
    source.set(["a:1"]);
    await clock.advance(10);
    source.fail(new Error("lost"));
    await consumer.done;
    expect(consumer.seen).toEqual([["a:9"], ["a:1"]]);
    expect(consumer.error).toMatchObject({ code: "UNAVAILABLE" });
    expect(clock.pending).toBe(0);
  });

  it("drops on abort what it holds back, and its timer", async () => {
    const { clock, source, consumer, abort } = debounced();
    await clock.advance(0);
    source.set(["a:1"]);
    await clock.advance(10);
    abort.abort();
    await consumer.done;
    expect(consumer).toMatchObject({ state: "ended", seen: [["a:9"]] });
    expect([clock.pending, source.subscribers]).toEqual([0, 0]);
  });

  it("does not hold back lookups, and announces through", async () => {
    const { source, discovery, abort } = debounced();
    await discovery.announce({ host: "self", port: 1 });
    expect(endpoints(await discovery.lookup())).toEqual(["a:9", "self:1"]);
    await discovery[Symbol.asyncDispose]();
    expect(endpoints(source.listing)).toEqual(["a:9"]);
    abort.abort();
  });

  it("refuses a quiet time that is none", () => {
    expect(() => debounce(inMemoryDiscovery(), Number.NaN)).toThrow("debounce: quietMs must be at least 0.");
  });
});
