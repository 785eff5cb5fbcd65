import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { examplesIn } from "../../scripts/lib/examples.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

// What the pages show is run as it stands there, but for the port, which may be taken, and the end, which they leave out.
const START = 'const system = await ClusterSystem.start("shop");';
const folder = join(REPOSITORY, ".cache/guide");

/** The programs on a page, each as a module to import. */
function programsOf(page: string): string[] {
  const examples = examplesIn(readFileSync(join(REPOSITORY, `docs/guide/${page}.md`), "utf8"));
  mkdirSync(folder, { recursive: true });
  return examples
    .filter(({ code }) => code.includes(START) && !code.includes("for await"))
    .map(({ code }, index) => {
      const file = join(folder, `${page}-${index}.ts`);
      const anyPort = START.replace('"shop"', '"shop", (settings) => { settings.node.port = 0; }');
      writeFileSync(file, `${code.replace(START, anyPort)}\nawait system.shutdown();\n`);
      return file;
    });
}

describe.each([
  ["actors", [["2"], ["2"]], [["Welcome, you"]]],
  ["actor-lifecycle", []],
  ["receptionist", [["Hello, you"]]],
  ["singleton", [], []],
])("the programs on the page %s", (page, ...expected) => {
  const programs = programsOf(page);

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("are as many as are known here", () => {
    expect(programs).toHaveLength(expected.length);
  });

  it.each(programs.map((program, index) => [index + 1, program, expected[index]] as const))(
    "say what they are said to say: %d",
    async (_, program, lines) => {
      const printed: string[][] = [];
      vi.spyOn(console, "log").mockImplementation((...what: unknown[]) => {
        printed.push(what.map(String));
      });
      await import(program);
      expect(printed).toEqual(lines);
    },
  );
});
