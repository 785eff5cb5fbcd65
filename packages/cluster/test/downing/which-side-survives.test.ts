import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DOWNING_DEFAULTS,
  downAll,
  keepMajority,
  keepOldest,
  staticQuorum,
  timeoutDowning,
} from "../../src/downing/index.js";
import { inSituation } from "./support/situation.js";

const page = readFileSync(new URL("../../../../docs/guide/downing.md", import.meta.url), "utf8");

/** The rows of the table below a heading of the page, without its head, cell by cell. */
function table(heading: string): string[][] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("the page about downing", () => {
  const rows = table("Which side survives").map(([situation = "", ...survivors]) => {
    const nodes = new Set(situation.replace(/:.*/, "").match(/\d+/g)).size;
    return { situation: situation.replaceAll("`", ""), survivors, size: Math.floor(nodes / 2) + 1 };
  });

  it("has the table", () => expect(rows.length).toBeGreaterThan(20));

  it.each(rows)("tells who survives: $situation", ({ situation, survivors, size }) => {
    const strategies = [timeoutDowning(), keepMajority(), staticQuorum({ size }), keepOldest(), downAll()];
    expect(strategies.map((strategy) => inSituation(situation, strategy).run(60_000).survivors)).toEqual(survivors);
  });

  it("tells the defaults", () => {
    const documented: Record<string, Record<string, unknown>> = {};
    for (const [strategy = "", option = "", value = ""] of table("Options")) {
      if (value.startsWith("none")) continue;
      const name = strategy.replaceAll("`", "");
      documented[name] = { ...documented[name], [/`(\w+)`/.exec(option)?.[1] ?? ""]: JSON.parse(value) };
    }
    expect(documented).toEqual(DOWNING_DEFAULTS);
  });
});
