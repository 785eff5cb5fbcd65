import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, describe, expect, it } from "vitest";
import { entryPoints, REPOSITORY } from "../../scripts/lib/workspace.ts";
import { Consumer } from "./consumer.ts";
import { nodeVersions } from "./node-versions.ts";
import { run } from "./npm.ts";
import { packAll, withNeeds } from "./packed-packages.ts";

const tarballs = mkdtempSync(join(tmpdir(), "rollcall-packed-"));
const runtimes = mkdtempSync(join(tmpdir(), "rollcall-node-"));
afterAll(() => {
  for (const folder of [tarballs, runtimes]) rmSync(folder, { recursive: true, force: true });
});
const packed = await packAll(tarballs);
const nodes = await nodeVersions(runtimes);

describe.each(packed)("$manifest.name, packed", (pkg) => {
  const { manifest } = pkg;

  it("holds what the build made of its sources, its readme, its licence, and nothing else", () => {
    expect(pkg.files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const strangers = pkg.files.filter(
      (path) => !/^(LICENSE|THIRD-PARTY-LICENSES|README\.md|package\.json)$/.test(path) && !isBuilt(pkg.folder, path),
    );
    expect(strangers).toEqual([]);
    const [licence, ours] = [join(REPOSITORY, pkg.folder), REPOSITORY].map((at) =>
      readFileSync(join(at, "LICENSE"), "utf8"),
    );
    expect(licence).toBe(ours);
  });

  it("says nothing that publint objects to", async () => {
    const { buffer } = new Uint8Array(readFileSync(pkg.tarball));
    const { messages, pkg: seen } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, seen, { color: false }))).toEqual([]);
  });

  it("has types that every resolution of modules finds", async () => {
    const attw = join(REPOSITORY, "node_modules/.bin/attw");
    await run(tarballs, attw, [pkg.tarball, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"]);
  });

  it("type-checks and runs by import and by require when it is all that is installed", async () => {
    await using consumer = await Consumer.installing(withNeeds(pkg, packed));
    const specifiers = entryPoints(pkg).map(([specifier]) => specifier);
    consumer.write("imports.mts", specifiers.map((name, i) => `export * as part${i} from "${name}";`).join("\n"));
    consumer.write(
      "requires.cts",
      specifiers.map((name, i) => `export import part${i} = require("${name}");`).join("\n"),
    );
    await consumer.typeCheck();

    const names = "console.log(JSON.stringify(parts.map((part) => Object.keys(part).sort())))";
    const list = (call: string) => `[${specifiers.map((name) => `${call}(${JSON.stringify(name)})`).join(", ")}]`;
    consumer.write("imports.mjs", `const parts = await Promise.all(${list("import")}); ${names}`);
    consumer.write("requires.cjs", `const parts = ${list("require")}; ${names}`);
    for (const { version, program } of nodes) {
      const imported = JSON.parse(await consumer.run(program, "imports.mjs")) as string[][];
      const required = JSON.parse(await consumer.run(program, "requires.cjs")) as string[][];
      expect(required, `under ${version}`).toEqual(imported);
      for (const exported of imported) expect(exported, `under ${version}`).not.toEqual([]);
    }

    const installed = join(consumer.folder, "node_modules", manifest.name);
    const traces = pkg.files.filter((path) => readFileSync(join(installed, path), "utf8").includes(REPOSITORY));
    expect(traces, "files that name the folder they were built in").toEqual([]);
  });
});

describe.each(packed.filter(({ manifest }) => manifest.bin !== undefined))("the commands of $manifest.name", (pkg) => {
  it("print their usage", async () => {
    await using consumer = await Consumer.installing(withNeeds(pkg, packed));
    for (const command of Object.keys(pkg.manifest.bin ?? {})) {
      for (const { version, program } of nodes) {
        const usage = await consumer.run(program, join("node_modules/.bin", command), "--help");
        expect(usage, `under ${version}`).toMatch(new RegExp(`usage.*\\b${command}\\b`, "is"));
      }
    }
  });
});

describe("what an adapter brings with it", () => {
  it.each([["kubernetes", 1_000_000]] as const)(
    "%s takes at most %i bytes, its dependencies included",
    async (name, most) => {
      const pkg = packed.find(({ shortName }) => shortName === name) as (typeof packed)[number];
      await using consumer = await Consumer.installing(withNeeds(pkg, packed));
      const modules = join(consumer.folder, "node_modules");
      const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = files.map((entry) => join(entry.parentPath, entry.name));
      // What a consumer of ours has for its compiler, and npm's own notes.
      const theirs = paths.filter((path) => !/node_modules\/(@types|undici-types|\.package-lock\.json)/.test(path));
      const bytes = theirs.reduce((sum, path) => sum + statSync(path).size, 0);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(most);
      console.log(`${name} with its dependencies: ${bytes} bytes`);
    },
  );
});

describe("a program of two nodes", () => {
  it("compiles and runs on the packed cluster", async () => {
    const cluster = packed.filter(({ shortName }) => shortName === "cluster");
    await using consumer = await Consumer.installing(cluster.flatMap((pkg) => withNeeds(pkg, packed)));
    consumer.write("cluster.mts", readFileSync(new URL("programs/cluster.mts", import.meta.url), "utf8"));
    await consumer.typeCheck();
    for (const { version, program } of nodes) {
      const printed = await consumer.run(program, "--experimental-strip-types", "cluster.mts");
      expect(printed, `under ${version}`).toBe("2 up\nHello, you\n");
    }
  });
});

/** Whether a packed file comes from a source that still exists: a build folder keeps what was built of those renamed. */
function isBuilt(folder: string, path: string): boolean {
  // What several entries share is written by scripts/bundle.ts, under a name that tells its content.
  if (/^dist\/chunks\/[\w-]+-[0-9A-Z]{8}\.js$/.test(path)) return true;
  const source = /^dist\/(.+?)(\.d\.ts|\.js)$/.exec(path)?.[1];
  return source !== undefined && existsSync(join(REPOSITORY, folder, "src", `${source}.ts`));
}
