import { describe, expect, it } from "vitest";
import {
  canAnnounce,
  type DiscoveryError,
  filter,
  inMemoryDiscovery,
  map,
  type ServiceInstance,
} from "../src/index.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { scriptedSource } from "./support/scripted-source.js";
import { settled } from "./support/virtual-clock.js";

const zoned = (host: string, zone: string): ServiceInstance => ({ host, port: 1, metadata: { zone } });

describe("map", () => {
  it("changes what is looked up and what is listed, and keeps the name", async () => {
    const source = inMemoryDiscovery(["a:1"], { name: "consul(orders)" });
    const discovery = map(source, ({ host }) => ({ host: `${host}.example.org`, port: 7337 }));
    expect(discovery.name).toBe("consul(orders)");
    expect(await discovery.lookup()).toEqual([{ host: "a.example.org", port: 7337 }]);
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    source.set(["b:1"]);
    await settled();
    expect(consumer.seen).toEqual([["a.example.org:7337"], ["b.example.org:7337"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("takes texts, leaves out undefined, and lists once what became the same", async () => {
    const source = inMemoryDiscovery(["a:1", "a:2", "b:1", "c:1"]);
    const discovery = map(source, ({ host }) => (host === "c" ? undefined : `${host}:9`));
    const problems: DiscoveryError[] = [];
    expect(endpoints(await discovery.lookup({ report: (problem) => problems.push(problem) }))).toEqual(["a:9", "b:9"]);
    expect(problems).toEqual([]);
  });

  it("does not list again when the change makes no difference any more", async () => {
    const source = inMemoryDiscovery([zoned("a", "1")]);
    const consumer = new Consumer(map(source, ({ host }) => `${host}:1`).subscribe());
    await settled();
    source.set([zoned("a", "2")]);
    await settled();
    expect(consumer.seen).toEqual([["a:1"]]);
    await source[Symbol.asyncDispose]();
  });

  it("leaves out and reports an instance that the function throws on", async () => {
    const source = inMemoryDiscovery(["a:1", zoned("b", "1")]);
    const problems: DiscoveryError[] = [];
    const discovery = map(source, (instance) => {
      if (!instance.metadata) throw new Error(`${instance.host} has no zone`);
      return instance;
    });
    const report = (problem: DiscoveryError) => problems.push(problem);
    expect(endpoints(await discovery.lookup({ report }))).toEqual(["b:1"]);
    const consumer = new Consumer(discovery.subscribe({ report }));
    await settled();
    expect(consumer.seen).toEqual([["b:1"]]);
    expect(problems.map(({ code }) => code)).toEqual(["MALFORMED_RECORD", "MALFORMED_RECORD"]);
    expect(problems[0]?.message).toContain("a has no zone");
    await discovery[Symbol.asyncDispose]();
  });

  it("is a session of its source: fails as it fails, ends with it, opens nothing again", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(map(source.discovery, (instance) => instance).subscribe());
    await settled();
    source.current.push(["a:1"]);
    source.current.fail(new Error("lost"));
    await consumer.done;
    expect(consumer).toMatchObject({ seen: [["a:1"]], error: { code: "UNAVAILABLE", message: "scripted: lost" } });
    expect(source.sessions).toHaveLength(1);
  });

  it("releases its source's session when the consumer leaves", async () => {
    const source = inMemoryDiscovery(["a:1"]);
    for await (const _ of map(source, (instance) => instance).subscribe()) break;
    await settled();
    expect(source.subscribers).toBe(0);
  });

  it("passes on what the source reports", async () => {
    const source = scriptedSource();
    const problems: string[] = [];
    const discovery = map(source.discovery, (instance) => instance);
    new Consumer(discovery.subscribe({ report: ({ code }) => problems.push(code) }));
    await settled();
    source.current.push(["?"]);
    await settled();
    expect(problems).toEqual(["MALFORMED_RECORD"]);
    await discovery[Symbol.asyncDispose]();
  });
});

describe("filter", () => {
  const inZone = (zone: string) => (instance: ServiceInstance) => instance.metadata?.zone === zone;

  it("lists what passes, an empty listing too, and only when that changes", async () => {
    const source = inMemoryDiscovery([zoned("a", "2")]);
    const consumer = new Consumer(filter(source, inZone("1")).subscribe());
    await settled();
    source.add(zoned("b", "2"));
    await settled();
    source.add(zoned("c", "1"));
    await settled();
    expect(consumer.seen).toEqual([[], ["c:1"]]);
    await source[Symbol.asyncDispose]();
  });

  it("announces through, unfiltered, until disposed", async () => {
    const source = inMemoryDiscovery();
    const discovery = filter(source, inZone("1"));
    const announcement = await discovery.announce({ host: "self", port: 1 });
    expect(announcement.instance).toEqual({ host: "self", port: 1 });
    expect(endpoints(source.listing)).toEqual(["self:1"]);
    await discovery[Symbol.asyncDispose]();
    expect(source.listing).toEqual([]);
  });

  it("cannot announce if its source cannot", () => {
    expect(canAnnounce(filter(scriptedSource().discovery, () => true))).toBe(false);
  });
});
