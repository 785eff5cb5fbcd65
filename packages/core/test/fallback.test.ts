import { describe, expect, it } from "vitest";
import { type DiscoveryError, fallback } from "../src/index.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { scriptedSource } from "./support/scripted-source.js";
import { settled } from "./support/virtual-clock.js";
import { breakable, world } from "./support/world.js";

describe("fallback", () => {
  it("lists what the preferred source lists, and leaves the others alone", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1"]);
    b.set(["y:1"]);
    const discovery = fallback([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(10_000);
    a.set(["w:1"]);
    await clock.advance(0);
    expect(consumer.seen).toEqual([["x:1"], ["w:1"]]);
    expect(b.subscribers).toBe(0);
    await discovery[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("takes an empty listing for an answer", async () => {
    const { clock, options, a, b } = world();
    b.set(["y:1"]);
    const discovery = fallback([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(10_000);
    expect(consumer.seen).toEqual([[]]);
    expect(b.subscribers).toBe(0);
    await discovery[Symbol.asyncDispose]();
  });

  it("turns to the next when one fails, and back when it recovers, even with nothing new to list", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1"]);
    b.set(["y:1"]);
    const discovery = fallback([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    a.trouble = new Error("a is down");
    await clock.advance(5_000);
    expect(consumer.seen).toEqual([["x:1"], ["y:1"]]);
    a.trouble = undefined;
    await clock.advance(30_000);
    expect(consumer.seen).toEqual([["x:1"], ["y:1"], ["x:1"]]);
    expect(b.subscribers).toBe(0);
    await discovery[Symbol.asyncDispose]();
  });

  it("goes down the whole row, and jumps back over it", async () => {
    const { clock, options, a, b } = world();
    const c = breakable("c");
    a.set(["x:1"]);
    c.set(["z:1"]);
    a.trouble = b.trouble = new Error("down");
    const discovery = fallback([a, b, c], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    expect(consumer.seen).toEqual([["z:1"]]);
    a.trouble = undefined;
    await clock.advance(30_000);
    expect(consumer.last).toEqual(["x:1"]);
    expect([b.subscribers, c.subscribers]).toEqual([0, 0]);
    // And down again, to be sure that it may be used twice.
    a.trouble = new Error("down again");
    await clock.advance(0);
    expect(consumer.last).toEqual(["z:1"]);
    await discovery[Symbol.asyncDispose]();
  });

  it("keeps the last listing while no source works", async () => {
    const { clock, options, a, b } = world();
    a.set(["x:1"]);
    const discovery = fallback([a, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    a.trouble = b.trouble = new Error("down");
    await clock.advance(60_000);
    expect(consumer).toMatchObject({ state: "reading", seen: [["x:1"]] });
    b.trouble = undefined;
    b.set(["y:1"]);
    await clock.advance(36_000);
    expect(consumer.last).toEqual(["y:1"]);
    await discovery[Symbol.asyncDispose]();
  });

  it("opens the next source as well when one hangs, and prefers the first if that answers after all", async () => {
    const { clock, options, b } = world();
    const slow = scriptedSource({ clock });
    b.set(["y:1"]);
    const discovery = fallback([slow.discovery, b], options);
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(2_999);
    expect(consumer.seen).toEqual([]);
    await clock.advance(1);
    expect(consumer.seen).toEqual([["y:1"]]);
    slow.current.push(["x:1"]);
    await clock.advance(0);
    expect(consumer.seen).toEqual([["y:1"], ["x:1"]]);
    expect(b.subscribers).toBe(0);
    await discovery[Symbol.asyncDispose]();
  });

  it("throws when all have failed before one has listed anything", async () => {
    const { clock, options, a, b } = world();
    a.trouble = new Error("a is down");
    b.trouble = new Error("b is down");
    const consumer = new Consumer(fallback([a, b], options).subscribe());
    await consumer.done;
    expect(consumer.error).toMatchObject({
      code: "UNAVAILABLE",
      message: "fallback(a, b): no source works: a: a is down | b: b is down",
    });
    await settled();
    expect(clock.pending).toBe(0);
  });

  it("looks up in one after the other and reports the failures on the way", async () => {
    const { options, a, b } = world();
    b.set(["y:1"]);
    const problems: DiscoveryError[] = [];
    const discovery = fallback([a, b], options);
    expect(await discovery.lookup()).toEqual([]);
    a.trouble = new Error("a is down");
    expect(endpoints(await discovery.lookup({ report: (problem) => problems.push(problem) }))).toEqual(["y:1"]);
    expect(problems).toMatchObject([{ message: "a: a is down" }]);
    b.trouble = new Error("b is down");
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "UNAVAILABLE", adapter: "fallback(a, b)" });
  });

  it("asks no further source once the lookup is aborted", async () => {
    const { options, b } = world();
    const asked: string[] = [];
    const slow = scriptedSource({ lookup: () => new Promise(() => {}) });
    const watched = Object.assign(b, {
      async lookup() {
        asked.push("b");
        return [];
      },
    });
    const abort = new AbortController();
    const rejected = expect(fallback([slow.discovery, watched], options).lookup({ signal: abort.signal })).rejects.toBe(
      "no",
    );
    abort.abort("no");
    await rejected;
    await settled();
    expect(asked).toEqual([]);
  });

  it("releases every source when the consumer leaves", async () => {
    const { clock, options, a, b } = world();
    a.trouble = new Error("a is down");
    for await (const _ of fallback([a, b], options).subscribe()) break;
    await settled();
    expect([a.subscribers, b.subscribers, clock.pending]).toEqual([0, 0, 0]);
  });
});
