import { describe, expect, it } from "vitest";
import { markdownFiles } from "../../scripts/lib/example-check.ts";
import { checkLinks } from "../../scripts/lib/link-check.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { Fixture } from "./fixture.ts";

const FENCE = "```";

function problems(files: Readonly<Record<string, string>>): string[] {
  using fixture = new Fixture(files);
  return checkLinks(fixture.root, markdownFiles(fixture.root));
}

describe("the link check", () => {
  it("finds every link of the READMEs and of the documentation to lead somewhere", () => {
    expect(checkLinks(REPOSITORY, markdownFiles(REPOSITORY))).toEqual([]);
  });

  it("passes links to files, folders, headings and other sites", () => {
    const text =
      "# A page\n\n[b](docs/b.md#two-words) and [`its folder`](docs), [here](#a-page), [there](https://example.com/nope)";
    expect(problems({ "README.md": text, "docs/b.md": "## Two words\n\n[up](../README.md)" })).toEqual([]);
  });

  it.each([
    ["a file that is not there", "[b](c.md)", "c.md names no file of the repository."],
    ["a page without its ending, which works on the site alone", "[b](./b)", "./b names no file of the repository."],
    ["an image that is not there", '![b](b.png "B")', "b.png names no file of the repository."],
    ["a link that is defined on a line of its own", "[b]: c.md", "c.md names no file of the repository."],
    ["a path from the root", "[b](/b)", "/b begins at the root of the site: name the file, relative to this one."],
    ["a heading that is not there", "[b](b.md#words)", "b.md#words names no heading of that page."],
    ["a heading of this page that is not there", "see [b](#words)", "#words names no heading of that page."],
    ["what is a heading on one of the two alone", "[b](b.md#a--b)", "b.md#a--b names no heading of that page."],
  ])("refuses %s, with the line", (_, link, problem) => {
    const files = { "docs/a.md": `# A\n\n${link}\n`, "docs/b.md": "## Two words\n\n## A + B\n" };
    expect(problems(files)).toEqual([`docs/a.md:3: ${problem}`]);
  });

  it("takes nothing in code for a link or a heading", () => {
    const block = `${FENCE}sh\n# heading\na[0](x)\n${FENCE}\n`;
    expect(problems({ "a.md": `${block}\n\`a[0](x)\`\n\n[here](#heading)\n` })).toEqual([
      "a.md:8: #heading names no heading of that page.",
    ]);
  });
});
