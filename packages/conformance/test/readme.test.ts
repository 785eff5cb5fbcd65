import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { TIMING_DEFAULTS } from "../src/index.js";
import { capabilitiesAsMarkdown, casesAsMarkdown } from "./support/cases-as-markdown.js";
import { registryHarness } from "./support/registry-harness.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("lists every case in order, with what it needs", () => {
    expect(between("cases")).toBe(casesAsMarkdown());
  });

  it("lists every capability", () => {
    expect(between("capabilities")).toBe(capabilitiesAsMarkdown());
  });

  it("names every member of a backend that can do everything", async () => {
    const backend = { ...(await registryHarness().open()), dispose() {} };
    for (const member of Object.keys(backend))
      expect(readme).toMatch(new RegExp(`^\\| \`${member}\\(.*\\)\` \\|`, "m"));
  });

  it("gives the defaults that hold", () => {
    for (const [name, value] of Object.entries(TIMING_DEFAULTS)) {
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` \\| .* \\| ${value} \\|$`, "m"));
    }
  });
});

function between(mark: string): string | undefined {
  return readme.split(`<!-- ${mark} -->\n`)[1]?.split(`<!-- /${mark} -->`)[0];
}
