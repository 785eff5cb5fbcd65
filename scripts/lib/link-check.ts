import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Problem } from "./dependency-check.ts";

/**
 * Says which links of these Markdown files lead nowhere. A page is read on the site and as a file of the repository, so
 * a link has to be relative and name a file, and a heading by what both make of it. Other sites are not asked.
 *
 * Not seen: links in HTML, and the second of two headings with one text.
 */
export function checkLinks(root: string, files: readonly string[]): Problem[] {
  return files.flatMap((file) =>
    linksIn(readFileSync(join(root, file), "utf8")).flatMap(({ target, line }) => {
      const trouble = troubleWith(root, file, target);
      return trouble === undefined ? [] : [`${file}:${line}: ${target} ${trouble}`];
    }),
  );
}

interface Link {
  readonly target: string;
  readonly line: number;
}

const ELSEWHERE = /^[a-z][a-z\d+.-]*:/i;
/** In the text, as in `[text](target)` and `![text](target "title")`, and on a line of its own, as `[name]: target`. */
const LINK = /\]\(<?([^()\s>]+)>?(?:\s+["'][^)]*)?\)|^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g;

function linksIn(markdown: string): Link[] {
  const lines = withoutCode(markdown).split("\n");
  return lines.flatMap((text, index) =>
    [...text.replaceAll(/(`+)[^`]+\1/g, "").matchAll(LINK)]
      .map(([, inText, onItsOwn]) => ({ target: inText ?? onItsOwn ?? "", line: index + 1 }))
      .filter(({ target }) => !ELSEWHERE.test(target)),
  );
}

function troubleWith(root: string, file: string, target: string): string | undefined {
  if (target.startsWith("/")) return "begins at the root of the site: name the file, relative to this one.";
  const [path = "", heading] = decodeURI(target).split("#", 2);
  const found = path === "" ? join(root, file) : join(root, dirname(file), path);
  if (!existsSync(found)) return "names no file of the repository.";
  if (heading === undefined || !found.endsWith(".md")) return undefined;
  const headings = headingsIn(readFileSync(found, "utf8"));
  if (headings.some((text) => slugOnGitHub(text) === heading && slugOnSite(text) === heading)) return undefined;
  return "names no heading of that page.";
}

function headingsIn(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)].map(([, text = ""]) =>
    text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/`|\*\*/g, ""),
  );
}

/** Lines of code become empty ones, so that the others keep their numbers. */
function withoutCode(markdown: string): string {
  const block = /^ *(`{3,}).*\n[\s\S]*?^ *\1`* *$/gm;
  return markdown.replaceAll(block, (code) => code.replaceAll(/[^\n]+/g, ""));
}

function slugOnGitHub(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

/** What vitepress has in `slugify` of `@mdit-vue/shared`, but for accents. */
function slugOnSite(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .replace(/^(\d)/, "_$1");
}
