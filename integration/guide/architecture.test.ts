import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { REPOSITORY, workspacePackages } from "../../scripts/lib/workspace.ts";

const page = readFileSync(join(REPOSITORY, "docs/architecture.md"), "utf8");

it.each([...new Set([...page.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = ""]) => path))])(
  "the page on architecture names a file that is there: %s",
  (path) => {
    const places = [path, `packages/cluster/src/${path}`].map((place) => join(REPOSITORY, place));
    expect(places.some(existsSync)).toBe(true);
  },
);

it("the page on architecture has every package", () => {
  const missing = workspacePackages().filter(({ manifest }) => !page.includes(`\`${manifest.name}\``));
  expect(missing.map(({ manifest }) => manifest.name)).toEqual([]);
});
