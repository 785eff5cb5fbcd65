import { styleText } from "node:util";
import { describe, expect, it } from "vitest";
import { columns, count, enumerate, indent, milliseconds, seconds } from "../../src/terminal/text.js";

describe("texts", () => {
  it("enumerate as people do", () => {
    expect([[], ["A"], ["A", "B"], ["A", "B", "C"]].map(enumerate)).toEqual(["", "A", "A and B", "A, B and C"]);
  });

  it("count with the right form of the noun", () => {
    expect([count(0, "node"), count(1, "node"), count(1_024, "node")]).toEqual(["0 nodes", "1 node", "1,024 nodes"]);
    expect([count(1, "process", "processes"), count(2, "process", "processes")]).toEqual(["1 process", "2 processes"]);
  });

  it("give seconds to the hundredth", () => {
    expect([0, 4.9, 71, 12_300].map(seconds)).toEqual(["0.00 s", "0.00 s", "0.07 s", "12.30 s"]);
  });

  it("give milliseconds in full", () => {
    expect([0, 3.6, 1_004.9].map(milliseconds)).toEqual(["0 ms", "4 ms", "1,005 ms"]);
  });

  it("stand in columns whatever their style", () => {
    const red = styleText("red", "abc", { validateStream: false });
    expect(columns([["a", "b"], [red, "d"], ["e"]])).toEqual(["a    b", `${red}  d`, "e"]);
  });

  it("are indented except for their empty lines", () => {
    expect(indent("a\n\nb\n", "  ")).toBe("  a\n\n  b\n");
  });
});
