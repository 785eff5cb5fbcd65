import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNodes, Node, UniqueNode } from "../src/node.js";
import { RUNS } from "./support/arbitraries.js";

const ID = "00000000000000ab";
const at = (host: string, port = 7337, id = ID) => new UniqueNode("test", host, port, id);

describe("a node that is heard of again", () => {
  it("is the same object as before", () => {
    expect(UniqueNode.of("test", "10.0.0.7", 7337, ID)).toBe(UniqueNode.of("test", "10.0.0.7", 7337, ID));
  });

  it.each([
    ["another system", UniqueNode.of("other", "10.0.0.7", 7337, ID)],
    ["another host", UniqueNode.of("test", "10.0.0.8", 7337, ID)],
    ["another port", UniqueNode.of("test", "10.0.0.7", 7338, ID)],
  ])("is another when it has %s", (_, other) => {
    const node = UniqueNode.of("test", "10.0.0.7", 7337, ID);
    expect(node.toString()).toBe(`test@10.0.0.7:7337#${ID}`);
    expect(node).not.toBe(other);
  });

  it("has to be one", () => {
    expect(() => UniqueNode.of("test", "10.0.0.7", 0, ID)).toThrow("not a port");
  });
});

describe("a node", () => {
  it.each([
    ["orders@10.0.0.7:7337", undefined, "orders", "10.0.0.7", 7337],
    ["orders@node-7.example:1", undefined, "orders", "node-7.example", 1],
    ["orders@[fd00::7]:65535", undefined, "orders", "fd00::7", 65_535],
    ["10.0.0.7:7337", "orders", "orders", "10.0.0.7", 7337],
    ["named@10.0.0.7:7337", "orders", "named", "10.0.0.7", 7337],
  ])("reads %s (system %s)", (text, byDefault, system, host, port) => {
    const node = Node.parse(text, byDefault);
    expect([node.system, node.host, node.port]).toEqual([system, host, port]);
    expect(Node.parse(node.toString()).toString()).toBe(node.toString());
  });

  it.each([
    "10.0.0.7:7337",
    "@10.0.0.7:7337",
    "orders@",
    "orders@10.0.0.7",
    "orders@10.0.0.7:0",
    "orders@a b:1",
    "a b@10.0.0.7:1",
  ])("does not read %j, and says what is wrong with it", (text) => {
    expect(() => Node.parse(text)).toThrow(/is not|names no system/);
  });

  it.each([
    ["system", ["", "10.0.0.1", 1]],
    ["system", ["a".repeat(65), "10.0.0.1", 1]],
    ["system", ["a@b", "10.0.0.1", 1]],
    ["host", ["test", "", 1]],
    ["host", ["test", "[fd00::1]", 1]],
    ["port", ["test", "10.0.0.1", 0]],
    ["port", ["test", "10.0.0.1", 65_536]],
    ["port", ["test", "10.0.0.1", 1.5]],
  ] as const)("cannot have this %s: %j", (_, [system, host, port]) => {
    expect(() => new Node(system, host, port)).toThrow(expect.objectContaining({ code: "INVALID_SETTING" }));
  });

  it.each(["", "ab", "00000000000000AB", "00000000000000xy", "00000000000000abc"])("cannot have the id %j", (id) => {
    expect(() => at("10.0.0.1", 1, id)).toThrow(expect.objectContaining({ code: "INVALID_SETTING" }));
  });

  it("is written with its system, its address and its incarnation", () => {
    expect(at("10.0.0.1").address).toBe("10.0.0.1:7337");
    expect(at("10.0.0.1").toString()).toBe(`test@10.0.0.1:7337#${ID}`);
    expect(at("fd00::1").toString()).toBe(`test@[fd00::1]:7337#${ID}`);
  });
});

describe("the order of nodes", () => {
  it.each([
    [at("10.0.0.9"), at("10.0.0.10")],
    [at("9.255.255.255"), at("10.0.0.0")],
    [at("10.0.9.0"), at("10.0.10.0")],
    [at("10.0.0.1", 999), at("10.0.0.1", 1_000)],
    [at("10.0.0.1", 1, "0000000000000001"), at("10.0.0.1", 1, "0000000000000002")],
    [at("a.example"), at("b.example")],
    [at("fd00::1"), at("fd00::2")],
  ])("has %s before %s", (a, b) => {
    expect(compareNodes(a, b)).toBeLessThan(0);
    expect(compareNodes(b, a)).toBeGreaterThan(0);
    expect(compareNodes(a, a)).toBe(0);
  });

  it("is total, so that all nodes agree on who is lowest", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const host = fc.oneof(
      fc.tuple(octet, octet, octet, octet).map((octets) => octets.join(".")),
      fc.constantFrom("localhost", "node-1", "node-10", "zebra", "fd00::1", "::1"),
    );
    const nodes = fc.tuple(host, fc.constantFrom(1, 2), fc.constantFrom("0".repeat(16), "1".repeat(16)));
    const any = nodes.map(([of, port, id]) => at(of, port, id));
    const property = fc.property(any, any, any, (a, b, c) => {
      expect(Math.sign(compareNodes(a, b)) + Math.sign(compareNodes(b, a))).toBe(0);
      expect(compareNodes(a, b) === 0).toBe(a.toString() === b.toString());
      if (compareNodes(a, b) < 0 && compareNodes(b, c) < 0) expect(compareNodes(a, c)).toBeLessThan(0);
    });
    fc.assert(property, { ...RUNS, numRuns: 1_000 });
  });
});
