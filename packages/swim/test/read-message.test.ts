import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSwimMessage, SWIM_LIMITS, type SwimMessage } from "../src/index.js";

const NEWS = [
  ["a", 0, 0],
  ["b", 7, 1, ["c", "d"]],
  ["e", 4_294_967_295, 2],
] as const;

const MESSAGES: readonly SwimMessage[] = [
  [0, 1, 2, 3, 1, NEWS],
  [1, 1, 2, []],
  [2, 1, "a", 200.5, 1, NEWS],
  [3, 1, "a", 2, []],
  [4, 1, 0, NEWS],
  [5, NEWS],
];

const many = (count: number, value: unknown) => Array.from({ length: count }, () => value);

describe("reading a message", () => {
  it.each(MESSAGES)("accepts one of kind %i, as it comes out of JSON", (...message) => {
    expect(readSwimMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it("ignores what later versions may add at the end", () => {
    for (const message of MESSAGES) expect(readSwimMessage([...message, "more"])).toBeDefined();
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "[0,1,2,3,0,[]]"],
    ["an object", { 0: 5, 1: [] }],
    ["an empty array", []],
    ["an unknown kind", [6, []]],
    ["a kind by name", ["ping", 1, 2, 3, 0, []]],
    ["a ping that is too short", [0, 1, 2, 3, 0]],
    ["a negative number", [1, -1, 0, []]],
    ["a fraction where there is none", [1, 1.5, 0, []]],
    ["a number beyond 32 bits", [1, 1, 2 ** 32, []]],
    ["a status that does not exist", [0, 1, 2, 3, 3, []]],
    ["a target without a name", [2, 1, "", 200, 0, []]],
    ["a target with an endless name", [2, 1, "x".repeat(SWIM_LIMITS.idLength + 1), 200, 0, []]],
    ["a time that is none", [2, 1, "a", Number.NaN, 0, []]],
    ["a flag that is none", [4, 1, true, []]],
    ["updates that are no array", [5, "a"]],
    ["an update that is no array", [5, ["a"]]],
    ["an update without an incarnation", [5, [["a", null, 0]]]],
    ["a suspicion by nobody", [5, [["a", 0, 1, []]]]],
    ["a suspicion without suspecters", [5, [["a", 0, 1]]]],
    ["a suspicion by too many", [5, [["a", 0, 1, many(SWIM_LIMITS.suspecters + 1, "b")]]]],
    ["a suspicion by something", [5, [["a", 0, 1, [1]]]]],
    ["more updates than allowed", [5, many(SWIM_LIMITS.updates + 1, ["a", 0, 0])]],
  ])("refuses %s", (_what, value) => {
    expect(readSwimMessage(value)).toBeUndefined();
  });

  it("never throws, whatever comes", () => {
    fc.assert(fc.property(fc.anything(), (value) => void readSwimMessage(value)));
    const nearly = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.string(), fc.array(fc.array(fc.anything()))));
    fc.assert(fc.property(nearly, (value) => void readSwimMessage(value)));
  });
});
