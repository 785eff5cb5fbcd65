import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { billOf } from "../../scripts/lib/bill-of-materials.ts";
import { installScripts } from "../../scripts/lib/install-scripts.ts";
import { signatureVerdict } from "../../scripts/lib/signatures.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

describe("what would run on installation", () => {
  const packages = {
    "packages/core": { dependencies: { a: "1" } },
    "packages/clean": { dependencies: { b: "1" }, devDependencies: { builder: "1" } },
    "node_modules/@rollcall/core": { resolved: "packages/core", link: true },
    "node_modules/a": { optionalDependencies: { b: "1", absent: "1" } },
    "node_modules/b": {},
    "node_modules/builder": { hasInstallScript: true },
    "node_modules/a/node_modules/b": { hasInstallScript: true },
  };

  it("is found in what a dependency brings, in the version that it gets", () => {
    expect(installScripts("packages/core", { packages })).toEqual([
      { path: "node_modules/a/node_modules/b", chain: ["packages/core", "a", "b"] },
    ]);
  });

  it("is found by way of another package of the workspace", () => {
    const entry = { dependencies: { "@rollcall/core": "1" } };
    const found = installScripts("packages/tool", { packages: { ...packages, "packages/tool": entry } });
    expect(found.map(({ chain }) => chain)).toEqual([["packages/tool", "@rollcall/core", "a", "b"]]);
  });

  it("is nothing where the nearest version is another, nor what only development needs", () => {
    expect(installScripts("packages/clean", { packages })).toEqual([]);
  });

  it("cannot be told of a package that the lock file does not know", () => {
    expect(() => installScripts("packages/new", { packages })).toThrow("run npm install");
  });
});

describe("what npm says about signatures", () => {
  const report = (fields: object) => JSON.stringify({ invalid: [], missing: [], ...fields });
  const entry = { name: "a", version: "1.0.0" };

  it.each([
    ["all are there and fit", 0, report({}), "verified"],
    ["one does not fit", 1, report({ invalid: [entry] }), "refused"],
    ["one does not fit, and others are not there", 1, report({ invalid: [entry], missing: [entry] }), "refused"],
    ["the registry gives none", 1, report({ missing: [entry] }), "unknown"],
    ["the keys cannot be fetched", 1, report({ error: { code: "ENOTFOUND", summary: "no such host" } }), "unknown"],
    ["npm fails in a way of its own", 1, report({ error: { code: "EUSAGE", summary: "no lock file" } }), "refused"],
    ["npm fails without a word", 1, "", "refused"],
  ])("is understood when %s", (_, code, output, kind) => {
    expect(signatureVerdict(code, output).kind).toBe(kind);
  });
});

describe("a bill of materials", () => {
  const part = (purl: string, name: string) => ({
    ...{ type: "library", "bom-ref": purl, name, version: "0.1.0", purl, scope: "required" },
    licenses: [{ license: { id: "Apache-2.0" } }],
  });
  const bill = {
    ...{ $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json", bomFormat: "CycloneDX", specVersion: "1.5" },
    ...{ serialNumber: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", version: 1 },
    metadata: { timestamp: "2026-01-01T00:00:00.000Z", component: part("pkg:npm/rollcall@0.0.0", "checkout") },
    components: [
      part("pkg:npm/%40rollcall/core@0.1.0", "core"),
      part("pkg:npm/tslib@1.14.1", "tslib"),
      ...[part("pkg:npm/written-in@1.0.0", "written-in"), part("pkg:npm/builder@1.0.0", "builder")].map((component) => {
        const properties = [{ name: "cdx:npm:package:development", value: "true" }];
        return { ...component, scope: "optional", properties };
      }),
    ],
    dependencies: [
      { ref: "pkg:npm/rollcall@0.0.0", dependsOn: ["pkg:npm/%40rollcall/core@0.1.0"] },
      { ref: "pkg:npm/%40rollcall/core@0.1.0", dependsOn: ["pkg:npm/tslib@1.14.1", "pkg:npm/builder@1.0.0"] },
      { ref: "pkg:npm/tslib@1.14.1", dependsOn: [] },
    ],
  };

  it("is about the package, not about the folder that it lies in", () => {
    const { metadata, components, dependencies } = billOf("@rollcall/core", bill, new Set());
    expect(metadata.component).toMatchObject({ group: "@rollcall", name: "core" });
    expect(components.map(({ purl }) => purl)).toEqual(["pkg:npm/tslib@1.14.1"]);
    expect(dependencies).toEqual([
      { ref: "pkg:npm/%40rollcall/core@0.1.0", dependsOn: ["pkg:npm/tslib@1.14.1"] },
      { ref: "pkg:npm/tslib@1.14.1", dependsOn: [] },
    ]);
  });

  it("has what is for development only if it is written into our code", () => {
    const { components } = billOf("@rollcall/core", bill, new Set(["written-in"]));
    expect(components.at(-1)).toMatchObject({ name: "written-in", scope: "required", properties: [] });
    expect(components).toHaveLength(2);
  });

  it("keeps to the schema of CycloneDX 1.5, which refuses what does not", async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    const ours = billOf("@rollcall/core", bill, new Set(["written-in"]));
    expect(await validator.validate(JSON.stringify(ours))).toBeNull();
    expect(await validator.validate(JSON.stringify({ ...ours, components: [{ name: "no type" }] }))).not.toBeNull();
  });

  it("is refused for a package that npm does not list", () => {
    expect(() => billOf("@rollcall/other", bill, new Set())).toThrow("npm sbom does not list @rollcall/other");
  });
});

describe("the workflows", () => {
  const folder = join(REPOSITORY, ".github/workflows");
  const workflows = readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return [
      name,
      text,
      parse(text) as { permissions?: object; jobs: Record<string, { permissions?: object }> },
    ] as const;
  });

  it.each(workflows)("take every action by its commit: %s", (_, text) => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)$/gm)].filter(([, action]) => !action?.startsWith("./"));
    expect(uses.length).toBeGreaterThan(0);
    for (const [line, action, comment] of uses) {
      expect(action, line).toMatch(/@[0-9a-f]{40}$/);
      expect(comment, line).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  it.each(workflows)(
    "may read and nothing else, but for one job that publishes: %s",
    (name, _, { permissions, jobs }) => {
      expect(permissions).toEqual({ contents: "read" });
      const more = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
      expect(more.map(([job]) => job)).toEqual(name === "release.yml" ? ["publish"] : []);
    },
  );
});
