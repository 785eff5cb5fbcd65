import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type Announcement,
  type Announcer,
  canAnnounce,
  type DiscoveryError,
  debounce,
  fallback,
  filter,
  merge,
  type ServiceDiscovery,
  type ServiceInstance,
  supervise,
  type WaitingOptions,
} from "../src/index.js";
import { endpoints } from "./support/consumer.js";
import { scriptedSource } from "./support/scripted-source.js";
import { settled } from "./support/virtual-clock.js";
import { world } from "./support/world.js";

const SELF = { host: "self", port: 1, id: "n1" };

type CombineAll = (
  sources: ServiceDiscovery[],
  options: WaitingOptions,
) => ServiceDiscovery & Announcer & AsyncDisposable;

describe.each([
  ["merge", merge as CombineAll],
  ["fallback", fallback as CombineAll],
])("announcing through %s", (_, combineAll) => {
  it("announces in every source that can, and withdraws from each", async () => {
    const { options, a, b } = world();
    const discovery = combineAll([a, b], options);
    const announcement = await discovery.announce(SELF);
    expect(announcement.instance).toEqual(SELF);
    expect([a, b].map(({ listing }) => endpoints(listing))).toEqual([["self:1"], ["self:1"]]);
    await announcement[Symbol.asyncDispose]();
    expect([a, b].map(({ listing }) => endpoints(listing))).toEqual([[], []]);
    await discovery[Symbol.asyncDispose]();
  });

  it("passes over sources that cannot announce, and cannot itself if none can", async () => {
    const { options, a } = world();
    const mixed = combineAll([scriptedSource().discovery, a], options);
    await mixed.announce(SELF);
    expect(endpoints(a.listing)).toEqual(["self:1"]);
    await mixed[Symbol.asyncDispose]();
    expect(canAnnounce(combineAll([scriptedSource().discovery], options))).toBe(false);
  });

  it("reports a source that refuses and tries it again until it accepts", async () => {
    const { clock, options, a, b } = world();
    const problems: DiscoveryError[] = [];
    b.trouble = new Error("b is down");
    const discovery = combineAll([a, b], options);
    const announcement = await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    expect(endpoints(a.listing)).toEqual(["self:1"]);
    await clock.advance(2_000);
    expect(problems.map(({ message }) => message)).toEqual(Array.from({ length: 3 }, () => "b: b is down"));
    b.trouble = undefined;
    await clock.advance(2_000);
    expect(endpoints(b.listing)).toEqual(["self:1"]);
    expect(clock.pending).toBe(0);
    await announcement[Symbol.asyncDispose]();
    expect([...a.listing, ...b.listing]).toEqual([]);
    await discovery[Symbol.asyncDispose]();
  });

  it("stops trying when it is withdrawn, and nothing late brings it back", async () => {
    const { clock, options, a, b } = world();
    b.trouble = new Error("b is down");
    const discovery = combineAll([a, b], options);
    const announcement = await discovery.announce(SELF);
    await announcement[Symbol.asyncDispose]();
    b.trouble = undefined;
    await clock.advance(60_000);
    expect([...a.listing, ...b.listing]).toEqual([]);
    expect(clock.pending).toBe(0);
    await discovery[Symbol.asyncDispose]();
  });

  it("is withdrawn when every source has taken it out, whether or not it heeds its signal", async () => {
    const { options, a } = world();
    const withdrawn: string[] = [];
    const foreign = Object.assign(scriptedSource().discovery, {
      announce: async (self: ServiceInstance) => ({
        instance: self,
        async [Symbol.asyncDispose]() {
          await settled();
          withdrawn.push(self.host);
        },
      }),
    });
    const announcement = await combineAll([foreign, a], options).announce(SELF);
    await announcement[Symbol.asyncDispose]();
    expect(withdrawn).toEqual(["self"]);
  });

  it("reports nothing about a source that was still being asked when it is withdrawn", async () => {
    const { options, a } = world();
    const problems: DiscoveryError[] = [];
    const slow = Object.assign(scriptedSource().discovery, { announce: () => new Promise<Announcement>(() => {}) });
    const discovery = combineAll([slow, a], options);
    const announcement = await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    await announcement[Symbol.asyncDispose]();
    await settled();
    expect(problems).toEqual([]);
  });

  it("does not wait for a source that does not answer, and withdraws what that accepts too late", async () => {
    const { options, a } = world();
    const withdrawn: string[] = [];
    const accept: (() => void)[] = [];
    const late = Object.assign(scriptedSource().discovery, {
      // A foreign object that pays no attention to its signal.
      announce: (self: ServiceInstance) =>
        new Promise<Announcement>((resolve) => {
          const announcement = {
            instance: self,
            async [Symbol.asyncDispose]() {
              withdrawn.push(self.host);
            },
          };
          accept.push(() => resolve(announcement));
        }),
    });
    const discovery = combineAll([late, a], options);
    const announcement = await discovery.announce(SELF);
    expect(endpoints(a.listing)).toEqual(["self:1"]);
    await announcement[Symbol.asyncDispose]();
    accept[0]?.();
    await settled();
    expect(withdrawn).toEqual(["self"]);
    expect(a.listing).toEqual([]);

    const abort = new AbortController();
    const rejected = expect(combineAll([late], options).announce(SELF, { signal: abort.signal })).rejects.toBe(
      "leaving",
    );
    await settled();
    abort.abort("leaving");
    await rejected;
    accept[1]?.();
    await settled();
    expect(new Set(withdrawn)).toEqual(new Set(["self"]));
    expect(withdrawn.length).toBeGreaterThanOrEqual(2);
  });

  it("rejects when every source refuses", async () => {
    const { clock, options, a, b } = world();
    a.trouble = b.trouble = new Error("down");
    const discovery = combineAll([a, b], options);
    await expect(discovery.announce(SELF)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("no source works: a: down | b: down"),
    });
    expect(clock.pending).toBe(0);
  });
});

describe("the type of a combination", () => {
  it("has announce if one of the sources is known to have it, and not otherwise", () => {
    const { a } = world();
    const plain = scriptedSource().discovery;
    expectTypeOf(merge(plain, a)).toExtend<Announcer>();
    expectTypeOf(fallback([filter(a, () => true), plain], {})).toExtend<Announcer>();
    expectTypeOf(merge(plain, plain)).not.toExtend<Announcer>();
    expectTypeOf(supervise(debounce(a, 10))).toExtend<Announcer>();
    expectTypeOf(supervise(plain)).not.toExtend<Announcer>();
  });
});
