import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DiscoveryError,
  type InstanceLike,
  instanceKey,
  normalizeListing,
  type ServiceInstance,
  sameListing,
} from "../src/index.js";

function read(raw: unknown, defaultPort?: number) {
  const problems: DiscoveryError[] = [];
  const listing = normalizeListing(raw as Iterable<InstanceLike>, {
    name: "test(a)",
    ...(defaultPort === undefined ? {} : { defaultPort }),
    report: (problem) => problems.push(problem),
  });
  return { listing, problems };
}

describe("normalizeListing", () => {
  it("takes instances and texts from any iterable, in the order given", () => {
    const raw = new Map([
      ["x", "10.0.0.7:1"],
      ["y", "b"],
    ]);
    const { listing, problems } = read([...raw.values(), { host: "c", port: 3, id: "n3", metadata: { zone: "1" } }], 2);
    expect(problems).toEqual([]);
    expect(listing).toEqual([
      { host: "10.0.0.7", port: 1 },
      { host: "b", port: 2 },
      { host: "c", port: 3, id: "n3", metadata: { zone: "1" } },
    ]);
  });

  it("freezes the listing and copies of the instances, and leaves what it was given alone", () => {
    const given = { host: "a", port: 1, metadata: { zone: "1" } };
    const { listing } = read([given]);
    given.metadata.zone = "2";
    expect(listing[0]).toEqual({ host: "a", port: 1, metadata: { zone: "1" } });
    expect([listing, listing[0], listing[0]?.metadata].map(Object.isFrozen)).toEqual([true, true, true]);
    expect(Object.isFrozen(given)).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ["a text that is no endpoint", "no port here", "no port here"],
    ["a text without a port", "a", "it has no port"],
    ["port 0", { host: "a", port: 0 }, "a:0"],
    ["a port too high", { host: "a", port: 70_000 }, "a:70000"],
    ["a broken port", { host: "a", port: 1.5 }, "a:1.5"],
    ["no port", { host: "a" }, "a:undefined"],
    ["an empty host", { host: "", port: 1 }, "host"],
    ["a host in brackets", { host: "[::1]", port: 1 }, "[::1]"],
    ["a host with a port", { host: "a:1", port: 1 }, "a:1"],
    ["a host that is no text", { host: 7, port: 1 }, '{\\"host\\":7,\\"port\\":1}'],
    ["no host", { port: 1 }, "port"],
    ["null", null, "null"],
    ["undefined", undefined, "null"],
    ["a number", 7, "7"],
    ["a big integer", 7n, "BigInt"],
    ["an error in place of an entry", new Error("the record is cut short"), "the record is cut short"],
  ])("leaves out %s and reports it", (_, entry, why) => {
    const { listing, problems } = read([{ host: "ok", port: 1 }, entry]);
    expect(listing).toEqual([{ host: "ok", port: 1 }]);
    expect(problems.map(({ code, adapter }) => [code, adapter])).toEqual([["MALFORMED_RECORD", "test(a)"]]);
    expect(problems[0]?.message).toMatch(/^test\(a\): left out a record: /);
    expect(problems[0]?.message).toContain(why);
  });

  it.each([[null], [undefined], ["a:1"], [7], [{ host: "a", port: 1 }]])(
    "throws INVALID_RESPONSE for %j instead of a list",
    (raw) => {
      expect(() => read(raw)).toThrow(expect.objectContaining({ code: "INVALID_RESPONSE", adapter: "test(a)" }));
    },
  );

  it("makes ids and metadata texts, and drops metadata that has no text", () => {
    const metadata = { text: "x", number: 7, yes: true, none: null, missing: undefined, object: { a: 1 } };
    const { listing } = read([{ host: "a", port: 1, id: 7, metadata }]);
    expect(listing).toEqual([{ host: "a", port: 1, id: "7", metadata: { text: "x", number: "7", yes: "true" } }]);
  });

  it("keeps metadata named like a prototype to itself", () => {
    const { listing } = read([{ host: "a", port: 1, metadata: JSON.parse('{"__proto__":"x"}') }]);
    expect(Object.entries(listing[0]?.metadata ?? {})).toEqual([["__proto__", "x"]]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("takes an empty id for none", () => {
    const { listing } = read([
      { host: "a", port: 1, id: "" },
      { host: "b", port: 1, id: "" },
    ]);
    expect(listing).toEqual([
      { host: "a", port: 1 },
      { host: "b", port: 1 },
    ]);
  });

  it.each<[string, InstanceLike[], InstanceLike[]]>([
    ["the same text twice", ["a:1", "a:1"], ["a:1"]],
    ["one host in two spellings", ["node.example.org:1", "NODE.example.org.:1"], ["NODE.example.org.:1"]],
    ["one IPv6 address in two spellings", ["[::1]:1", "[0:0::0:1]:1"], ["[0:0::0:1]:1"]],
    [
      "two ids at one endpoint",
      [
        { host: "a", port: 1, id: "2" },
        { host: "a", port: 1, id: "1" },
      ],
      [{ host: "a", port: 1, id: "1" }],
    ],
    [
      "one id at two endpoints",
      [
        { host: "b", port: 1, id: "1" },
        { host: "a", port: 1, id: "1" },
      ],
      [{ host: "a", port: 1, id: "1" }],
    ],
    ["an endpoint with and without an id", ["a:1", { host: "a", port: 1, id: "1" }], [{ host: "a", port: 1, id: "1" }]],
  ])("lists one instance for %s", (_, raw, expected) => {
    expect(sameListing(read(raw).listing, read(expected).listing)).toBe(true);
    expect(read(raw).listing).toHaveLength(1);
  });

  it("tells zones, ports and ids apart", () => {
    const raw = ["[fe80::1%eth0]:1", "[fe80::1%eth1]:1", "a:1", "a:2", { host: "b", port: 1, id: "a:1" }];
    expect(read(raw).listing).toHaveLength(5);
  });

  it("gives a listing it made itself back as it is", () => {
    const { listing } = read(["a:1"]);
    expect(read(listing).listing).toBe(listing);
  });

  const instance: fc.Arbitrary<ServiceInstance> = fc.record(
    {
      host: fc.constantFrom("a", "A", "b", "::1", "0::1", "10.0.0.1"),
      port: fc.integer({ min: 1, max: 2 }),
      id: fc.constantFrom("1", "2", "3"),
      metadata: fc.dictionary(fc.constantFrom("x", "y", "a,b"), fc.constantFrom("1", "2", "b,1")),
    },
    { requiredKeys: ["host", "port"] },
  );
  const entries = fc.array(fc.oneof(instance, fc.constantFrom("a:1", "b:2", "bad")), { maxLength: 12 });

  it("gives the same set whatever the order it was given", () => {
    const shuffledTwice = entries.chain((all) =>
      fc.tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.shuffledSubarray(all, { minLength: all.length }),
      ),
    );
    fc.assert(
      fc.property(shuffledTwice, ([one, other]) => {
        expect(sameListing(read(one).listing, read(other).listing)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("never lists an id or an endpoint twice, and changes nothing when applied again", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const { listing } = read(all);
        const ids = listing.flatMap(({ id }) => (id === undefined ? [] : [id]));
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(listing.map(({ host, port }) => instanceKey({ host, port }))).size).toBe(listing.length);
        expect(read([...listing]).listing).toEqual(listing);
      }),
      { numRuns: 500 },
    );
  });
});

describe("sameListing", () => {
  const a = { host: "a", port: 1, metadata: { x: "1", y: "2" } };
  const b = { host: "b", port: 1 };

  it("ignores the order of instances and of metadata", () => {
    expect(sameListing([a, b], [b, { ...a, metadata: { y: "2", x: "1" } }])).toBe(true);
  });

  it.each([
    ["an instance more", [a, b]],
    ["another port", [{ ...a, port: 2 }]],
    ["another id", [{ ...a, id: "1" }]],
    ["other metadata", [{ ...a, metadata: { x: "1" } }]],
    ["nothing", []],
  ])("sees %s", (_, other) => {
    expect(sameListing([a], other)).toBe(false);
  });
});

describe("instanceKey", () => {
  it("is the id if there is one, else the endpoint in its one spelling", () => {
    expect(instanceKey({ host: "a", port: 1, id: "x" })).toBe("#x");
    expect(instanceKey({ host: "Node.Example.", port: 1 })).toBe("node.example:1");
    expect(instanceKey({ host: "0:0::1", port: 1 })).toBe("[::1]:1");
  });
});
