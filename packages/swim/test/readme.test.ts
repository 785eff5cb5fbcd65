import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SWIM_ERROR_CODES, SWIM_PRESETS, type SwimOptions } from "../src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The rows of the table whose first column is called so, without the marks around code. */
function table(heading: string): string[][] {
  const [, rows = ""] = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  const cells = (row: string) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
  return rows.trimEnd().split("\n").map(cells);
}

describe("the README", () => {
  it("has every option, with its value in each preset", () => {
    const documented = table("option").map(([option, ...values]) => [option, ...values.slice(0, 3)]);
    const { local, lan, wan } = SWIM_PRESETS;
    const names = Object.keys(lan) as (keyof SwimOptions)[];
    expect(documented).toEqual(names.map((name) => [name, ...[local, lan, wan].map((preset) => String(preset[name]))]));
  });

  it("has every error code, with its meaning", () => {
    expect(Object.fromEntries(table("code"))).toEqual(SWIM_ERROR_CODES);
  });

  it("says how large a message can be", () => {
    const id = "0123456789abcdef";
    const { confirmations, maxUpdatesPerMessage } = SWIM_PRESETS.lan;
    const update = [id, 4_294_967_295, 1, Array(confirmations + 1).fill(id)];
    const largest = [0, 4_294_967_295, 4_294_967_295, 4_294_967_295, 1, Array(maxUpdatesPerMessage).fill(update)];
    expect(JSON.stringify(largest).length).toBeLessThan(5000);
    expect(JSON.stringify(largest).length).toBeGreaterThan(4000);
    expect(JSON.stringify([0, 12_345, 1, 0, 0, []]).length).toBeLessThanOrEqual(20);
  });
});
