import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { REPOSITORY, readJson, workspacePackages } from "../../scripts/lib/workspace.ts";

const execute = promisify(execFile);
const script = join(REPOSITORY, "scripts/require-build.cjs");

describe("packing a package", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rollcall-require-build-"));
    const entry = { types: "./dist/index.d.ts", default: "./dist/index.js" };
    const exports = { ".": entry, "./package.json": "./package.json" };
    const manifest = { name: "@rollcall/x", version: "0.0.0", exports, bin: { x: "./dist/bin.js" }, files: ["dist"] };
    const scripts = { prepack: `node ${JSON.stringify(script)}` };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, scripts }));
    mkdirSync(join(folder, "dist"));
    for (const file of ["index.d.ts", "index.js"]) writeFileSync(join(folder, "dist", file), "");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const pack = () => execute("npm", ["pack", "--json"], { cwd: folder });

  it("fails when a file that it exports or runs was not built, and says how to build it", async () => {
    await expect(pack()).rejects.toMatchObject({
      stderr: expect.stringMatching(/@rollcall\/x is not built\. Missing: \.\/dist\/bin\.js\. Run npm run build/),
    });
  });

  it("goes on when all of them were", async () => {
    writeFileSync(join(folder, "dist/bin.js"), "");
    expect(JSON.stringify(JSON.parse((await pack()).stdout))).toContain("dist/bin.js");
  });

  it.each(workspacePackages())("checks that for $manifest.name", ({ folder: place }) => {
    const { scripts } = readJson<{ scripts?: Record<string, string> }>(join(REPOSITORY, place, "package.json"));
    expect(scripts?.prepack).toBe("node ../../scripts/require-build.cjs");
  });
});
