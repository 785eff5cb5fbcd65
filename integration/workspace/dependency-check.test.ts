import { describe, expect, it } from "vitest";
import { checkDependencies } from "../../scripts/lib/dependency-check.ts";
import { Fixture } from "./fixture.ts";

interface FixturePackage {
  readonly dependencies?: readonly string[];
  readonly peers?: readonly string[];
  readonly references?: readonly string[];
  readonly sources?: Readonly<Record<string, string>>;
}

/** A workspace with these packages, each right in everything that is not said. */
function workspace(packages: Readonly<Record<string, FixturePackage>>): Fixture {
  const references = (paths: readonly string[]) => JSON.stringify({ references: paths.map((path) => ({ path })) });
  const versions = (names: readonly string[] = []) => Object.fromEntries(names.map((name) => [name, "^1.0.0"]));
  const folders = Object.keys(packages);
  const fixture = new Fixture({
    "tsconfig.json": references([...folders, "tsconfig.tests.json"]),
    "tsconfig.tests.json": references(folders),
  });
  for (const [folder, pkg] of Object.entries(packages)) {
    const name = `@rollcall/${folder.split("/")[1]}`;
    const manifest = { name, dependencies: versions(pkg.dependencies), peerDependencies: versions(pkg.peers) };
    fixture.write(`${folder}/package.json`, JSON.stringify(manifest));
    fixture.write(`${folder}/tsconfig.json`, references((pkg.references ?? []).map((path) => `../../${path}`)));
    fixture.write(`${folder}/src/index.ts`, "export {};");
    for (const [path, text] of Object.entries(pkg.sources ?? {})) fixture.write(`${folder}/src/${path}`, text);
  }
  return fixture;
}

function problems(packages: Readonly<Record<string, FixturePackage>>): string[] {
  using fixture = workspace(packages);
  return checkDependencies(fixture.root);
}

const core: FixturePackage = {};

describe("the dependency check", () => {
  it("has nothing to say about a workspace that keeps to the rules", () => {
    const join = {
      dependencies: ["@rollcall/core", "tsyringe"],
      references: ["packages/core"],
      sources: { "tokens.ts": 'import "tsyringe";', "scheduler.ts": 'export * from "@rollcall/core";' },
    };
    expect(problems({ "packages/core": core, "packages/join": join })).toEqual([]);
  });

  it("refuses a dependency that points the wrong way, in a type as well", () => {
    const wrong = {
      dependencies: ["@rollcall/join"],
      references: ["packages/join"],
      sources: { "a.ts": '\nimport type { Joiner } from "@rollcall/join";' },
    };
    expect(problems({ "packages/core": wrong, "packages/join": {} })).toEqual([
      "packages/core/src/a.ts:2: @rollcall/core may not import @rollcall/join (it may import none).",
    ]);
  });

  it.each([
    ["an adapter that imports the cluster", "@rollcall/cluster", "adapters/static", "(it may import core)"],
    ["an adapter that imports a stranger's client", "consul", "adapters/mdns", "(it may import multicast-dns)"],
    ["a container away from the composition", "tsyringe", "packages/join", "in tokens.ts, composition.ts only"],
    ["a path out of the package", "../../core/src/index.js", "packages/join", "reaches out of src"],
    ["input and output where decisions are made", "node:net", "packages/join", "out of bounds"],
    ["a built-in module without its prefix", "fs", "packages/core", "out of bounds"],
    ["a module of timers", "node:timers/promises", "packages/testkit", "out of bounds"],
  ])("refuses %s", (_, specifier, folder, expected) => {
    const found = problems({ [folder]: { sources: { "deep/a.ts": `await import("${specifier}");` } } });
    expect(found[0]).toContain(`${folder}/src/deep/a.ts:1:`);
    expect(found[0]).toContain(expected);
  });

  it.each([
    "const at = Date.now();",
    "const at = new Date();",
    "export const random = Math.random;",
    "setTimeout(() => {}, 1);",
    "globalThis.setInterval(() => {}, 1);",
    "(setTimeout as unknown as () => void)();",
    "const signal = AbortSignal.timeout(1);",
  ])("refuses `%s` where decisions are made", (statement) => {
    expect(problems({ "packages/swim": { sources: { "a.ts": statement } } })).toEqual([
      expect.stringMatching(/^packages\/swim\/src\/a\.ts:1: .* is out of bounds here/),
    ]);
  });

  it.each([
    "// Date.now()",
    'const text = "Math.random";',
    "clock.setTimeout(1);",
    "const at = new Date(0);",
    "let handle: ReturnType<typeof setTimeout>;",
  ])("does not mind `%s`", (statement) => {
    expect(problems({ "packages/swim": { sources: { "a.ts": statement } } })).toEqual([]);
  });

  it("lets core's own clock and random touch the process's", () => {
    const sources = { "clock.ts": "setTimeout(() => {}, performance.now());", "random.ts": "Math.random();" };
    expect(problems({ "packages/core": { sources } })).toEqual([]);
  });

  it("wants package.json to declare what is imported, and nothing else", () => {
    const join = {
      dependencies: ["tsyringe"],
      references: ["packages/core"],
      sources: { "a.ts": 'import "@rollcall/core";' },
    };
    expect(problems({ "packages/core": core, "packages/join": join })).toEqual([
      "packages/join/package.json: src imports @rollcall/core; declare it.",
      "packages/join/package.json: no source imports tsyringe; drop it.",
    ]);
  });

  it("wants core to be a peer of adapters, so that one copy serves them all", () => {
    const adapter = {
      dependencies: ["@rollcall/core"],
      references: ["packages/core"],
      sources: { "a.ts": 'import "@rollcall/core";' },
    };
    expect(problems({ "packages/core": core, "adapters/static": adapter })).toEqual([
      "adapters/static/package.json: @rollcall/core is a peer dependency of adapters.",
    ]);
  });

  it("wants tsconfig.json to refer to what is imported, and nothing else", () => {
    const join = {
      dependencies: ["@rollcall/core"],
      references: ["packages/swim"],
      sources: { "a.ts": 'import "@rollcall/core";' },
    };
    expect(problems({ "packages/core": core, "packages/join": join, "packages/swim": {} })).toEqual([
      "packages/join/tsconfig.json: add a reference to packages/core.",
      "packages/join/tsconfig.json: drop the reference to packages/swim.",
    ]);
  });

  it("wants every package in the root's references", () => {
    using fixture = workspace({ "packages/core": core });
    fixture.write("tsconfig.json", JSON.stringify({ references: [{ path: "tsconfig.tests.json" }] }));
    expect(checkDependencies(fixture.root)).toEqual(["tsconfig.json: add a reference to packages/core."]);
  });

  it("wants a new package to say what it may import", () => {
    expect(problems({ "packages/stranger": {}, "adapters/unheard-of": {} })).toEqual([
      "packages/stranger: has no line in scripts/lib/dependency-rules.ts; say what it may import.",
      "adapters/unheard-of: has no line in scripts/lib/dependency-rules.ts; say what it may import.",
    ]);
  });
});
