import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTOR_ERROR_CODES } from "../src/actors/index.js";
import { CLUSTER_ERROR_CODES, ClusterError, isClusterError, NODE_SITUATIONS, REJECTION_CODES } from "../src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The table below a heading: code and meaning, in the order of the page. */
function documented(heading: string): [code: string, meaning: string][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `(\w+)` \| (.+?) \|$/gm)].map(([, code = "", meaning = ""]) => [code, meaning]);
}

describe("the README", () => {
  it.each([
    ["Error codes", CLUSTER_ERROR_CODES],
    ["Actor error codes", ACTOR_ERROR_CODES],
    ["Rejection codes", REJECTION_CODES],
    ["Situations of a node", NODE_SITUATIONS],
  ])("has the same %s as the code, with the same meanings, in the same order", (heading, codes) => {
    expect(documented(heading)).toEqual(Object.entries(codes));
  });
});

describe("a cluster error", () => {
  it("is recognised by its mark, so that one from another copy of this package is, too", () => {
    const error = new ClusterError("SHUT_DOWN", "over", { cause: "test" });
    expect([error.name, error.code, error.message, error.cause]).toEqual(["ClusterError", "SHUT_DOWN", "over", "test"]);
    expect(isClusterError(error)).toBe(true);
    const foreign = { [Symbol.for("@rollcall/cluster.ClusterError")]: true };
    expect(isClusterError(foreign)).toBe(true);
  });

  it.each([undefined, null, "SHUT_DOWN", new Error("SHUT_DOWN"), { code: "SHUT_DOWN" }])("is not %s", (value) => {
    expect(isClusterError(value)).toBe(false);
  });
});
