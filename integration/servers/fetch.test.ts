import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** What a module and all that it imports import from packages. */
function packagesOf(module: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const imported = [...readFileSync(module, "utf8").matchAll(/ from "([^"]+)"/g)].map(([, name]) => name as string);
  return imported.flatMap((name) => (name.startsWith(".") ? packagesOf(join(dirname(module), name), seen) : name));
}

it("what fetches servers needs nothing that has to be built, since CI does it first", () => {
  const packages = packagesOf(fileURLToPath(new URL("fetch.ts", import.meta.url)));
  expect(packages).toContain("node:child_process");
  expect(packages.filter((name) => name.startsWith("@rollcall/"))).toEqual([]);
});
