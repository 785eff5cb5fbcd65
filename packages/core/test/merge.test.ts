import { describe, expect, it } from "vitest";
import {
  DiscoveryError,
  inMemoryDiscovery,
  inspectDiscovery,
  merge,
  type DiscoveryError as Problem,
  supervise,
} from "../src/index.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { scriptedSource } from "./support/scripted-source.js";
import { settled } from "./support/virtual-clock.js";
import { world } from "./support/world.js";

describe("merge", () => {
  it("lists the union, each instance once, and again when one source changes it", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1", "y:1"]);
    b.set(["y:1", "z:1"]);
    const discovery = merge([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    b.set([]);
    await clock.advance(0);
    expect(consumer.seen).toEqual([
      ["x:1", "y:1", "z:1"],
      ["x:1", "y:1"],
    ]);
    b.set(["x:1"]);
    await clock.advance(0);
    expect(consumer.seen).toHaveLength(2);
    await discovery[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("is called with discoveries or with a list and options", () => {
    const [a, b] = [inMemoryDiscovery([], { name: "a" }), inMemoryDiscovery([], { name: "b" })];
    expect(merge(a, b).name).toBe("merge(a, b)");
    expect(merge([a, b], {}).name).toBe("merge(a, b)");
    expect(() => merge()).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(() => merge([], {})).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("keeps the last listing of a source that failed, and opens that again", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1"]);
    b.set(["y:1"]);
    const discovery = merge([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    b.trouble = new Error("b is down");
    await clock.advance(10_000);
    a.set(["w:1"]);
    await clock.advance(0);
    expect(consumer.last).toEqual(["w:1", "y:1"]);
    b.trouble = undefined;
    b.set(["z:1"]);
    await clock.advance(30_000);
    expect(consumer.last).toEqual(["w:1", "z:1"]);
    expect(consumer.state).toBe("reading");
    await discovery[Symbol.asyncDispose]();
  });

  it("waits with the first listing for every source that still may answer", async () => {
    const { clock, options, a } = world();
    const slow = scriptedSource({ clock });
    a.set(["x:1"]);
    const discovery = merge([a, slow.discovery], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(400);
    expect(consumer.seen).toEqual([]);
    slow.current.push(["y:1"]);
    await clock.advance(0);
    expect(consumer.seen).toEqual([["x:1", "y:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("does not wait for a source that has failed", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1"]);
    b.trouble = new Error("b is down");
    const discovery = merge([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    expect(consumer.seen).toEqual([["x:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("waits a second for a source that hangs, then lists what there is", async () => {
    const { clock, options, a } = world();
    const discovery = merge([a, scriptedSource({ clock }).discovery], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(999);
    expect(consumer.seen).toEqual([]);
    await clock.advance(1);
    expect(consumer.seen).toEqual([[]]);
    await discovery[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("lists the first answer at once when all were slow", async () => {
    const { clock, options } = world();
    const sources = [scriptedSource({ clock }), scriptedSource({ clock })] as const;
    const discovery = merge(
      sources.map((source) => source.discovery),
      options,
    );
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(5_000);
    expect(consumer.seen).toEqual([]);
    sources[1].current.push(["y:1"]);
    await clock.advance(0);
    expect(consumer.seen).toEqual([["y:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("throws when all have failed before one has listed anything, because failure is not emptiness", async () => {
    const { clock, options, a, b } = world();
    a.trouble = new DiscoveryError("FORBIDDEN", "a: needs read", { adapter: "a" });
    b.trouble = new Error("b is down");
    const consumer = new Consumer(merge([a, b], options).subscribe());
    await consumer.done;
    expect(consumer.seen).toEqual([]);
    expect(consumer.error).toMatchObject({
      code: "FORBIDDEN",
      adapter: "merge(a, b)",
      retryable: true,
      message: "merge(a, b): no source works: a: needs read | b: b is down",
    });
    await settled();
    expect(clock.pending).toBe(0);
  });

  it("tries its sources anew when it is opened again after that", async () => {
    const { clock, options, a, b } = world();
    a.trouble = b.trouble = new Error("down");
    const discovery = supervise(merge([a, b], options), options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    expect(discovery.status).toMatchObject({ state: "retrying", lastError: { adapter: "merge(a, b)" } });
    a.trouble = undefined;
    a.set(["x:1"]);
    await clock.advance(500);
    expect(consumer.seen).toEqual([["x:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("does not hold an earlier failure against a source that may still answer", async () => {
    const { clock, options, a } = world();
    const slow = scriptedSource({ clock });
    const discovery = merge([a, slow.discovery], options);
    a.trouble = new Error("a is down");
    const first = new Consumer(discovery.subscribe());
    await settled();
    slow.current.fail(new Error("slow is down"));
    await first.done;
    expect(first.state).toBe("failed");
    const second = new Consumer(discovery.subscribe());
    await clock.advance(5_000);
    expect(second.state).toBe("reading");
    slow.current.push(["x:1"]);
    await clock.advance(0);
    expect(second.seen).toEqual([["x:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("looks up in all, succeeds if one does, and reports the others", async () => {
    const { options, a, b } = world();
    a.set(["x:1"]);
    b.trouble = new Error("b is down");
    const problems: Problem[] = [];
    const discovery = merge([a, b], options);
    expect(endpoints(await discovery.lookup({ report: (problem) => problems.push(problem) }))).toEqual(["x:1"]);
    expect(problems).toMatchObject([{ code: "UNAVAILABLE", message: "b: b is down" }]);
    a.trouble = new Error("a is down");
    await expect(discovery.lookup()).rejects.toMatchObject({
      message: expect.stringContaining("a is down | b: b is down"),
    });
  });

  it("releases every source when the consumer leaves", async () => {
    const { clock, options, a, b } = world();
    for await (const _ of merge([a, b], options).subscribe()) break;
    await settled();
    expect([a.subscribers, b.subscribers, clock.pending]).toEqual([0, 0, 0]);
  });

  it("shows the state of each source", async () => {
    const { clock, options, a, b } = world();
    const discovery = merge([a, b], options);
    b.trouble = new Error("b is down");
    new Consumer(discovery.subscribe());
    await clock.advance(0);
    expect(inspectDiscovery(discovery)).toMatchObject({
      name: "merge(a, b)",
      sources: [
        { name: "a", status: { state: "live" } },
        { name: "b", status: { state: "retrying", lastError: { message: "b: b is down" } } },
      ],
    });
    await discovery[Symbol.asyncDispose]();
  });

  it("leaves a source that is supervised already to its own options", async () => {
    const { clock, options, a, b } = world();
    const own = supervise(b, { ...options, backoff: { delayMs: () => 7 } });
    const discovery = merge([a, own], options);
    b.trouble = new Error("b is down");
    new Consumer(discovery.subscribe());
    await clock.advance(0);
    expect(own.status).toMatchObject({ state: "retrying", retryInMs: 7 });
    expect(discovery.sources[1]).toBe(own);
    await discovery[Symbol.asyncDispose]();
  });

  it("disposes all its sources, even if one cannot be, before it says so", async () => {
    const { options } = world();
    let slowDisposed = false;
    const broken = Object.assign(scriptedSource().discovery, {
      [Symbol.asyncDispose]: () => Promise.reject(new Error("still in use")),
    });
    const slow = Object.assign(scriptedSource().discovery, {
      async [Symbol.asyncDispose]() {
        await settled();
        slowDisposed = true;
      },
    });
    await expect(merge([broken, slow], options)[Symbol.asyncDispose]()).rejects.toThrow("still in use");
    expect(slowDisposed).toBe(true);
  });
});
