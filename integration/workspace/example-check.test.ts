import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkExamples, markdownFiles } from "../../scripts/lib/example-check.ts";
import { examplesIn } from "../../scripts/lib/examples.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { Fixture } from "./fixture.ts";

const FENCE = "```";

describe("examplesIn", () => {
  it("finds blocks of TypeScript with the line they begin on", () => {
    const text = `# Title\n\n${FENCE}ts\nconst a = 1;\nconst b = 2;\n${FENCE}\n\n${FENCE}typescript\nlet c;\n${FENCE}\n`;
    expect(examplesIn(text)).toEqual([
      { code: "const a = 1;\nconst b = 2;", line: 4, context: "" },
      { code: "let c;", line: 9, context: "" },
    ]);
  });

  it("leaves out other languages, and what is marked as a fragment", () => {
    const text = `${FENCE}sh\nls\n${FENCE}\n${FENCE}ts fragment\n…\n${FENCE}\n${FENCE}\nplain\n${FENCE}\n`;
    expect(examplesIn(text)).toEqual([]);
  });

  it("takes declarations from a comment right before the block, and from there only", () => {
    const text = `<!-- context\ndeclare const a: string;\n-->\n\n${FENCE}ts\na;\n${FENCE}\n\n${FENCE}ts\nb;\n${FENCE}\n`;
    expect(examplesIn(text)).toEqual([
      { code: "a;", line: 6, context: "declare const a: string;\n" },
      { code: "b;", line: 10, context: "" },
    ]);
  });

  it("does not mistake a block shown inside a longer fence for one of the page", () => {
    const text = `${FENCE}\`md\n${FENCE}ts\nnope\n${FENCE}\n${FENCE}\`\n`;
    expect(examplesIn(text)).toEqual([]);
  });

  it("takes the indentation of a list item off", () => {
    const text = `1. First\n   ${FENCE}ts\n   if (a)\n     b();\n   ${FENCE}\n`;
    expect(examplesIn(text)[0]?.code).toBe("if (a)\n  b();");
  });
});

describe("the example check", () => {
  function check(files: Readonly<Record<string, string>>) {
    using fixture = new Fixture(files);
    mkdirSync(join(REPOSITORY, ".cache"), { recursive: true });
    const workFolder = mkdtempSync(join(REPOSITORY, ".cache/examples-test-"));
    try {
      return checkExamples(fixture.root, markdownFiles(fixture.root), workFolder);
    } finally {
      rmSync(workFolder, { recursive: true, force: true });
    }
  }

  it("passes code that compiles, with top-level await and the packages of this workspace", () => {
    const code =
      'import { parseEndpoint } from "@rollcall/core";\nconst { port } = parseEndpoint("[::1]:7337");\nawait port;';
    expect(check({ "README.md": `${FENCE}ts\n${code}\n${FENCE}` })).toEqual({ examples: 1, problems: [] });
  });

  it("names the file, the line and the column of code that does not", () => {
    const text = `# Guide\n\n<!-- context\ndeclare const port: number;\n-->\n${FENCE}ts\n\nconst host: string = port;\n${FENCE}\n`;
    expect(check({ "docs/guide/wrong.md": text }).problems).toEqual([
      expect.stringMatching(/^docs\/guide\/wrong\.md:8:7: error TS2322: /),
    ]);
  });

  it("keeps examples apart, so that two may declare the same name", () => {
    const block = `${FENCE}ts\nconst system = 1;\n${FENCE}\n`;
    expect(check({ "a.md": block + block })).toEqual({ examples: 2, problems: [] });
  });

  it("looks at nothing that was installed or built", () => {
    using fixture = new Fixture({
      "a.md": "",
      "docs/b.md": "",
      "node_modules/c/README.md": "",
      "packages/d/dist/e.md": "",
    });
    expect(markdownFiles(fixture.root)).toEqual(["a.md", "docs/b.md"]);
  });
});
