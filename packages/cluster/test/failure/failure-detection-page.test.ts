import { readFileSync } from "node:fs";
import { SWIM_PRESETS, type SwimOptions } from "@rollcall/swim";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../../../docs/guide/failure-detection.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|$/gm)];

it("the page about failure detection has a table of presets", () => expect(rows.length).toBeGreaterThan(3));

it.each(rows.map(([, option = "", ...values]) => ({ option, values })))(
  "the page about failure detection tells $option of each preset",
  ({ option, values }) => {
    const { local, lan, wan } = SWIM_PRESETS;
    expect(values.map(Number)).toEqual([local, lan, wan].map((preset) => preset[option as keyof SwimOptions]));
  },
);
