import { describe, expect, it } from "vitest";
import { paletteFor } from "../../src/terminal/palette.js";

const output = (isTTY: boolean) => ({ isTTY, write: () => {} });

describe("colours", () => {
  it.each([
    ["a terminal", true, {}, true],
    ["a pipe or a file", false, {}, false],
    ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, false],
    ["a terminal with an empty NO_COLOR", true, { NO_COLOR: "" }, true],
    ["a terminal that has none", true, { TERM: "dumb" }, false],
    ["a pipe with FORCE_COLOR", false, { FORCE_COLOR: "1" }, true],
    ["a terminal with FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
  ])("on %s", (_where, isTTY, env, coloured) => {
    const text = paletteFor(output(isTTY), env)("red", "text");
    expect(text).toBe(coloured ? "\u001b[31mtext\u001b[39m" : "text");
  });
});
