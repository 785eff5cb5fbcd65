import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeGossip, encodeGossip } from "../../src/gossip/gossip-codec.js";
import type { ClusterMessage } from "../../src/gossip/gossip-message.js";
import { UniqueNode } from "../../src/node.js";
import { anyEntry, RUNS } from "../support/arbitraries.js";
import { entry, node } from "../support/nodes.js";

const toNode = (id: string, host: string, port: number) => new UniqueNode("test", host, port, id);

const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const anyDigest = fc.record({ high: int32, low: int32 });
const entries = fc.array(anyEntry, { maxLength: 20 });
const anyMessage: fc.Arbitrary<ClusterMessage> = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), entries, forward: fc.boolean(), greeting: fc.boolean() }),
  fc.record({
    kind: fc.constant("digest" as const),
    digest: anyDigest,
    answer: fc.constantFrom("no" as const, "different" as const, "always" as const),
  }),
  fc.record({ kind: fc.constant("summary" as const), hashes: fc.array(anyDigest) }),
  fc.record({ kind: fc.constant("delta" as const), entries, wanted: fc.array(anyDigest) }),
  fc.record({ kind: fc.constant("ballot" as const), number: uint32 }),
  fc.record({
    kind: fc.constant("vote" as const),
    number: uint32,
    granted: fc.boolean(),
    earlier: fc.array(fc.string()),
    lastUpNumber: uint32,
  }),
);

/** What decoding gives, with any error that is not a plain one thrown on. */
function tryToDecode(bytes: Uint8Array): ClusterMessage | Error {
  try {
    return decodeGossip(bytes, toNode);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

describe("a gossip message", () => {
  it("reads as it was written", () => {
    const property = fc.property(anyMessage, (message) => {
      expect(decodeGossip(encodeGossip(message), toNode)).toEqual(message);
    });
    fc.assert(property, RUNS);
  });

  it("reads as it was written from within a larger buffer, as a socket hands it over", () => {
    const property = fc.property(anyMessage, fc.uint8Array({ maxLength: 9 }), (message, around) => {
      const bytes = Buffer.concat([around, encodeGossip(message), around]);
      const frame = bytes.subarray(around.length, bytes.length - around.length);
      expect(decodeGossip(frame, toNode)).toEqual(message);
    });
    fc.assert(property, RUNS);
  });

  it("keeps IPv6 hosts and host names", () => {
    for (const host of ["fd00::1", "node-1.example"]) {
      const of = new UniqueNode("test", host, 1, "00000000000000ff");
      const message: ClusterMessage = { kind: "push", entries: [entry(of, "up", 1)], forward: true, greeting: false };
      expect(decodeGossip(encodeGossip(message), toNode)).toEqual(message);
    }
  });

  it("has one size as a digest of anything", () => {
    const digest = (high: number, low: number) =>
      encodeGossip({ kind: "digest", digest: { high, low }, answer: "different" }).length;
    expect([digest(0, 0), digest(1, 0xffff), digest(-1, -1)]).toEqual([24, 24, 24]);
  });

  it("has sixteen bytes a member as a summary, and less than fifty as an entry", () => {
    const hashes = Array.from({ length: 100 }, (_, at) => ({ high: at, low: at }));
    expect(encodeGossip({ kind: "summary", hashes }).length).toBeLessThanOrEqual(100 * 16 + 8);
    const all = Array.from({ length: 100 }, (_, at) => entry(at + 1, "up", at + 1));
    expect(encodeGossip({ kind: "push", entries: all, forward: false, greeting: false }).length).toBeLessThan(100 * 50);
  });
});

describe("bytes that are no gossip message", () => {
  it("are refused with an error, whatever they are", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const result = tryToDecode(bytes);
      if (!(result instanceof Error)) expect(encodeGossip(result).length).toBeGreaterThan(0);
    });
    fc.assert(property, { ...RUNS, numRuns: 5_000 });
  });

  it("are refused with an error when they once were one, and were cut or changed", () => {
    const property = fc.property(anyMessage, fc.nat(), fc.nat(255), fc.boolean(), (message, at, value, cut) => {
      const bytes = Buffer.from(encodeGossip(message));
      if (cut) {
        expect(tryToDecode(bytes.subarray(0, at % bytes.length))).toBeInstanceOf(Error);
        return;
      }
      bytes[at % bytes.length] = value;
      tryToDecode(bytes);
    });
    fc.assert(property, { ...RUNS, numRuns: 2_000 });
  });

  const valid = [node(1).id, "10.0.0.1", 7337, 1, 1];
  it.each([
    ["nothing", undefined],
    ["no array", { kind: 0 }],
    ["an empty array", []],
    ["an unknown kind", [9, [], false]],
    ["a kind that is no number", ["push", [], false]],
    ["a kind that every array has", ["length", [], false]],
    ["entries that are no array", [0, "entries", false]],
    ["an entry that is no array", [0, [{}], false]],
    ["an entry with a bad id", [0, [["no id", ...valid.slice(1)]], false]],
    ["an entry with an id that is no text", [0, [[1, ...valid.slice(1)]], false]],
    ["an entry with a bad host", [0, [[valid[0], "no host", ...valid.slice(2)]], false]],
    ["an entry with a host that is no text", [0, [[valid[0], null, ...valid.slice(2)]], false]],
    ["an entry with a bad port", [0, [[...valid.slice(0, 2), 65_536, 1, 1]], false]],
    ["an entry with an unknown status", [0, [[...valid.slice(0, 3), 5, 1]], false]],
    ["an entry with a status that every array has", [0, [[...valid.slice(0, 3), "constructor", 1]], false]],
    ["an entry with a status that is a text", [0, [[...valid.slice(0, 3), "1", 1]], false]],
    ["an entry with a negative number", [0, [[...valid.slice(0, 4), -1]], false]],
    ["an entry with half a number", [0, [[...valid.slice(0, 4), 0.5]], false]],
    ["an entry with a number that is not finite", [0, [[...valid.slice(0, 4), Number.NaN]], 0]],
    ["an entry that is too short", [0, [valid.slice(0, 3)], false]],
    ["a digest without an answer", [1, "0123456789abcdef"]],
    ["a digest with an answer that every array has", [1, "0123456789abcdef", "length"]],
    ["a digest that is too long", [1, "0123456789abcdef0123456789abcdef", 0]],
    ["a digest that is empty", [1, "", 0]],
    ["a digest that is no text", [1, 1, 0]],
    ["a digest of other letters", [1, "0123456789abcdeg", 0]],
    ["a summary that is no text", [2, ["0123456789abcdef"]]],
    ["a summary of half a hash", [2, "0123456789abcdef01234567"]],
    ["a delta without what is wanted", [3, []]],
  ])("are refused with an error: %s", (_, fields) => {
    expect(tryToDecode(Buffer.from(String(JSON.stringify(fields))))).toBeInstanceOf(Error);
  });

  it.each([
    ["arrays in arrays, a million deep", "[".repeat(1_000_000)],
    ["objects in objects, a hundred thousand deep", '{"a":'.repeat(100_000)],
    ["a text that does not end", `[0,"${"a".repeat(1_000_000)}`],
    ["a number of a million digits", `[0,[["0000000000000001","a",${"9".repeat(1_000_000)},0,0]]]`],
    ["a million entries that are none", `[0,[${"0,".repeat(1_000_000)}0],0,0]`],
  ])("are refused at once and with little memory: %s", (_, text) => {
    const bytes = Buffer.from(text);
    const begun = performance.now();
    const before = process.memoryUsage().rss;
    expect(tryToDecode(bytes)).toBeInstanceOf(Error);
    expect(performance.now() - begun).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });
});
