import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "./dependency-check.ts";
import { type Example, examplesIn } from "./examples.ts";
import { REPOSITORY } from "./workspace.ts";

/** The outcome: how many examples there are, and a line `file:line:column: message` for whatever is wrong with them. */
export interface ExampleReport {
  readonly examples: number;
  readonly problems: readonly Problem[];
}

/** The Markdown files of a tree, relative to it, without those that were installed or generated. */
export function markdownFiles(root: string): string[] {
  return globSync("**/*.md", { cwd: root, exclude: (path) => /(^|[\\/])(node_modules|dist|\.cache|\.git)$/.test(path) })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/**
 * Compiles every example of these files as a module of its own, against what the build made of the packages, the way
 * a user's project would.
 *
 * @param workFolder is emptied and then written to. It has to lie in the repository, where the packages are found.
 */
export function checkExamples(root: string, files: readonly string[], workFolder: string): ExampleReport {
  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  const written = new Map<string, { file: string; example: Example }>();
  for (const file of files) {
    for (const example of examplesIn(readFileSync(join(root, file), "utf8"))) {
      const name = `${file.replaceAll(/[^\w.-]/g, "-")}-${example.line}.ts`;
      writeFileSync(join(workFolder, name), moduleOf(example));
      written.set(name, { file, example });
    }
  }
  writeFileSync(join(workFolder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(workFolder, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
  if (written.size === 0) return { examples: 0, problems: [] };

  const tsc = join(REPOSITORY, "node_modules/.bin/tsc");
  const { stdout, status, error } = spawnSync(tsc, ["-p", ".", "--pretty", "false"], {
    cwd: workFolder,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const problems = status === 0 ? [] : stdout.trimEnd().split("\n");
  return { examples: written.size, problems: problems.map((line) => inMarkdown(line, written)) };
}

const COMPILER_OPTIONS = {
  module: "nodenext",
  target: "es2023",
  lib: ["es2023", "esnext.disposable"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The code of an example is preceded by its context, and by nothing when there is none. */
function moduleOf({ context, code }: Example): string {
  return `${context}${code}\nexport {};\n`;
}

function inMarkdown(message: string, written: ReadonlyMap<string, { file: string; example: Example }>): Problem {
  const [, name = "", line, column, rest] = /^(.+)\((\d+),(\d+)\): (.+)$/.exec(message) ?? [];
  const source = written.get(name);
  if (source === undefined) return message;
  const { file, example } = source;
  const contextLines = example.context.split("\n").length - 1;
  return `${file}:${example.line + Number(line) - 1 - contextLines}:${column}: ${rest}`;
}
