import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examplesIn } from "../../scripts/lib/examples.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

// The tests that the page shows are run as they stand there, under the runner that runs this.
const page = readFileSync(join(REPOSITORY, "docs/guide/testing-your-cluster.md"), "utf8");
const tests = examplesIn(page).filter(({ code }) => code.includes('from "node:test"'));
if (tests.length < 3) throw new Error("the page has no tests any more");

const folder = join(REPOSITORY, ".cache/guide");
mkdirSync(folder, { recursive: true });
for (const [index, { code }] of tests.entries()) {
  const file = join(folder, `testing-your-cluster-${index}.ts`);
  writeFileSync(file, code.replace('from "node:test"', 'from "vitest"'));
  await import(file);
}
