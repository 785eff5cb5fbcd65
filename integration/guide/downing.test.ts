import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { splitOnce } from "../bench/downing/head-start.ts";

const page = readFileSync(new URL("../../docs/guide/downing.md", import.meta.url), "utf8");
const RANGE = String.raw`(-?[\d.]+) to (-?[\d.]+)`;
const ROW = new RegExp(String.raw`^\| (\d+) and (\d+) \| ${RANGE} \| ${RANGE} \|$`, "gm");

/** What so few seeds may lie outside what many have shown, in seconds. */
const TOLERANCE = 0.5;

const rows = [...page.matchAll(ROW)].flatMap(([, ...cells]) => {
  const [most = 0, few = 0, least = 0, longest = 0, leastIfLowest = 0, longestIfLowest = 0] = cells.map(Number);
  return [
    { most, few, lowest: false, from: least, to: longest },
    { most, few, lowest: true, from: leastIfLowest, to: longestIfLowest },
  ];
});

describe("the page about downing, on how much earlier than the others act the losing side is down,", () => {
  it("has the table", () => expect(rows.length).toBeGreaterThanOrEqual(14));

  it.each(rows)("tells it for $most and $few, the few having the lowest addresses: $lowest", async (row) => {
    for (const seed of [101, 102]) {
      const { headStartMs } = await splitOnce(row.most, row.few, row.lowest, seed);
      expect(headStartMs / 1_000, `seed ${seed}`).toBeGreaterThanOrEqual(row.from - TOLERANCE);
      expect(headStartMs / 1_000, `seed ${seed}`).toBeLessThanOrEqual(row.to + TOLERANCE);
    }
  });
});
