import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLUSTER_ERROR_CODES, NODE_SITUATIONS, REJECTION_CODES } from "@rollcall/cluster";
import { ACTOR_ERROR_CODES } from "@rollcall/cluster/actors";
import { DISCOVERY_ERROR_CODES } from "@rollcall/core";
import { JOIN_ERROR_CODES, JOIN_SITUATIONS } from "@rollcall/join";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

const page = readFileSync(join(REPOSITORY, "docs/reference/error-codes.md"), "utf8");

/** The first two columns of the table below a heading: the code, and its meaning or whether it is retryable. */
function documented(heading: string): Record<string, string> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` \| (.+?) \| .+ \|$/gm)];
  return Object.fromEntries(rows.map(([, code, second]) => [code, second]));
}

describe("the page on error codes", () => {
  it("has every code of a DiscoveryError, and whether it is retryable", () => {
    const codes = Object.entries(DISCOVERY_ERROR_CODES).map(([code, retryable]) => [code, retryable ? "yes" : "no"]);
    expect(documented("Discovery errors")).toEqual(Object.fromEntries(codes));
  });

  it.each([
    ["Join errors", JOIN_ERROR_CODES],
    ["Join situations", JOIN_SITUATIONS],
    ["Cluster errors", CLUSTER_ERROR_CODES],
    ["Actor errors", ACTOR_ERROR_CODES],
    ["Handshake rejections", REJECTION_CODES],
    ["Node situations", NODE_SITUATIONS],
  ])("has the same %s as the code, with the same meanings", (heading, codes) => {
    expect(documented(heading)).toEqual(codes);
  });
});
