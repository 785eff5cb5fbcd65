import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DISCOVERY_ERROR_CODES } from "@rollcall/core";
import { JOIN_ERROR_CODES, JOIN_SITUATIONS } from "@rollcall/join";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

const page = readFileSync(join(REPOSITORY, "docs/reference/error-codes.md"), "utf8");

/** The first two columns of the table below a heading. */
function documented(heading: string): Record<string, string> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` \| (.+?) \| .+ \|$/gm)];
  return Object.fromEntries(rows.map(([, code, meaning]) => [code, meaning]));
}

describe("the page on error codes", () => {
  it.each([
    ["Discovery errors", DISCOVERY_ERROR_CODES],
    ["Join errors", JOIN_ERROR_CODES],
    ["Join situations", JOIN_SITUATIONS],
  ])("has the same %s as the code, with the same meanings", (heading, codes) => {
    expect(documented(heading)).toEqual(codes);
  });
});
