import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const require = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));

/** What each runner is started with; its own time limit is set short, since the suite has to bring its own. */
const RUNNERS = {
  "node:test": { args: ["--test", "directory.node-test.js"], passed: /# fail 0|ℹ fail 0/ },
  mocha: {
    args: [join(folderOf("mocha"), "bin/mocha.js"), "--timeout", "50", "directory.mocha-test.js"],
    passed: / passing/,
  },
  vitest: {
    args: [join(folderOf("vitest"), "vitest.mjs"), "run", "--testTimeout=50", "--root=."],
    passed: /Tests .*passed/,
  },
} as const;

describe("the README's example, on what was built", () => {
  let good: string;
  let bad: string;

  beforeAll(async () => {
    good = await project((source) => source);
    bad = await project((source) =>
      source.replace("await readdir(directory)", "await readdir(directory).catch(() => [])"),
    );
  });
  afterAll(async () => {
    for (const folder of [good, bad]) await rm(folder, { recursive: true });
  });

  for (const [name, { args, passed }] of Object.entries(RUNNERS)) {
    it(`passes under ${name}, which prints what was skipped and why`, async () => {
      const { code, output } = await run(good, args);
      expect(output).toMatch(passed);
      expect(output).toContain("directory: skipped: ids are kept (ids: a file holds a host and a port)");
      expect(code, output).toBe(0);
    });

    it(`fails under ${name} when its adapter takes an error for an empty directory`, async () => {
      const { code, output } = await run(bad, args);
      expect(output).toContain("a lookup fails while the backend is away");
      expect(output).toContain("failure is not emptiness: throw a DiscoveryError");
      expect(code).not.toBe(0);
    });
  }
});

/** The files of the README in a folder of their own, with this workspace's packages installed. */
async function project(edit: (adapter: string) => string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rollcall-conformance-"));
  await mkdir(join(folder, "node_modules/@rollcall"), { recursive: true });
  for (const name of ["@rollcall/core", "@rollcall/conformance", "mocha", "vitest"]) {
    await symlink(folderOf(name), join(folder, "node_modules", name));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  for (const [, name = "", source = ""] of readme.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)) {
    await writeFile(join(folder, name), name === "directory-discovery.js" ? edit(source) : source);
  }
  return folder;
}

/** Runs Node in a folder, without what this test runner has put into the environment. */
function run(cwd: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...env } = process.env;
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, FORCE_COLOR: "0", NO_COLOR: "1" }, maxBuffer: 10_000_000 };
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output: stdout + stderr });
    });
  });
}
