import { describe, expect, it } from "vitest";
import { inMemoryDiscovery } from "../src/index.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { settled } from "./support/virtual-clock.js";

describe("inMemoryDiscovery", () => {
  it("sets, adds, replaces and removes", async () => {
    const discovery = inMemoryDiscovery(["a:1"], { name: "test", defaultPort: 7 });
    const consumer = new Consumer(discovery.subscribe());
    const steps = [
      () => discovery.add("b", "c:1"),
      () => discovery.add({ host: "x", port: 1, id: "1" }),
      () => discovery.add({ host: "y", port: 1, id: "1" }),
      () => discovery.remove("a:1", { host: "anything", port: 9, id: "1" }),
      () => discovery.remove("not-there:1"),
      () => discovery.set(["d:1"]),
      () => discovery.set([]),
    ];
    await settled();
    for (const step of steps) {
      step();
      await settled();
    }
    expect(consumer.seen).toEqual([
      ["a:1"],
      ["a:1", "b:7", "c:1"],
      ["a:1", "b:7", "c:1", "x:1"],
      ["a:1", "b:7", "c:1", "y:1"],
      ["b:7", "c:1"],
      ["d:1"],
      [],
    ]);
    expect(discovery.name).toBe("test");
    await discovery[Symbol.asyncDispose]();
  });

  it("throws at whoever tells it nonsense, and changes nothing", () => {
    const discovery = inMemoryDiscovery(["a:1"]);
    expect(() => discovery.add("b:1", "nonsense")).toThrow(expect.objectContaining({ code: "MALFORMED_RECORD" }));
    expect(endpoints(discovery.listing)).toEqual(["a:1"]);
    expect(() => inMemoryDiscovery(["nonsense"])).toThrow("has no port");
  });

  it("fails or ends the open subscriptions, and new ones work", async () => {
    const discovery = inMemoryDiscovery(["a:1"]);
    const own = new Error("own");
    for (const [finish, expected] of [
      [() => discovery.fail(), { code: "UNAVAILABLE", adapter: "memory" }],
      [() => discovery.fail(own), { code: "UNAVAILABLE", cause: own }],
      [() => discovery.end(), { code: "ENDED" }],
    ] as const) {
      const consumer = new Consumer(discovery.subscribe());
      await settled();
      expect(discovery.subscribers).toBe(1);
      finish();
      await consumer.done;
      expect(consumer.seen).toEqual([["a:1"]]);
      expect(consumer.error).toMatchObject(expected);
      expect(discovery.subscribers).toBe(0);
    }
  });

  it("lists the announced whatever is set, until they are withdrawn", async () => {
    const discovery = inMemoryDiscovery(["a:1"]);
    const consumer = new Consumer(discovery.subscribe());
    const announcement = await discovery.announce({ host: "self", port: 1 });
    discovery.set(["b:1"]);
    discovery.remove("self:1");
    expect(endpoints(discovery.listing)).toEqual(["b:1", "self:1"]);
    await announcement[Symbol.asyncDispose]();
    await settled();
    expect(endpoints(await discovery.lookup())).toEqual(["b:1"]);
    expect(consumer.last).toEqual(["b:1"]);
    await discovery[Symbol.asyncDispose]();
  });
});
