import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { examplesIn } from "../../scripts/lib/examples.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

// The smallest plugin of the page has to pass the suite, as the page says it does.
const examples = examplesIn(readFileSync(join(REPOSITORY, "docs/guide/write-your-own-discovery.md"), "utf8"));
const plugin = examples.find(({ code }) => code.includes("export function fileDiscovery"))?.code;
const suite = examples.find(({ code }) => code.includes("discoveryConformance("))?.code;
if (plugin === undefined || suite === undefined) throw new Error("the page has no plugin, or no suite, any more");

const folder = join(REPOSITORY, ".cache/guide");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "file-discovery.ts"), plugin);
writeFileSync(
  join(folder, "file-discovery.suite.ts"),
  `import { fileDiscovery } from "./file-discovery.ts";\n${suite}`,
);
await import(join(folder, "file-discovery.suite.ts"));

it("the smallest plugin of the page has fewer than 30 lines", () => {
  expect(plugin.trimEnd().split("\n").length).toBeLessThan(30);
});
