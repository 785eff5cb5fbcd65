import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { REPOSITORY, SCOPE, workspacePackages } from "../../scripts/lib/workspace.ts";

it("the README lists every package, and what it depends on", () => {
  const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| \[`(@rollcall\/[\w-]+)`\]\(([\w/-]+)\) \| .+ \| (.+) \|$/gm)];
  const listed = rows.map(([, name, folder, needs]) => [name, folder, needs]);

  const actual = workspacePackages().map(({ folder, manifest }) => {
    const needs = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies });
    return [manifest.name, folder, needs.map((name) => name.replace(SCOPE, "")).join(", ") || "nothing"];
  });
  expect(listed.map(normalized).sort()).toEqual(actual.map(normalized).sort());
});

it.each([
  ["README", "README.md", (page: string) => `(docs/${page})`],
  ["site's list of pages", "docs/.vitepress/config.ts", (page: string) => `link: "/${page.replace(/\.md$/, "")}"`],
])("the %s has every page that there is", (_, file, linkTo) => {
  const text = readFileSync(join(REPOSITORY, file), "utf8");
  const pages = globSync(["guide/*.md", "reference/*.md", "*.md"], { cwd: join(REPOSITORY, "docs") })
    .map((page) => page.replaceAll("\\", "/"))
    .filter((page) => page !== "index.md");
  expect(pages.length).toBeGreaterThan(0);
  expect(pages.filter((page) => !text.includes(linkTo(page)))).toEqual([]);
});

function normalized([name, folder, needs = ""]: (string | undefined)[]): string {
  return `${name} ${folder}: ${needs.split(", ").sort().join(", ")}`;
}
