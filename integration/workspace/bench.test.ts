import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

function bench(...args: string[]) {
  return spawnSync(process.execPath, [join(REPOSITORY, "scripts/bench.ts"), ...args], { encoding: "utf8" });
}

describe("npm run bench", () => {
  it("lists the benchmarks when none is named", () => {
    const { status, stdout, stderr } = bench();
    expect(stdout).toMatch(/one of: .*\bformation\b/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("says that there is none of a name, and which there are, with code 2", () => {
    const { status, stdout, stderr } = bench("formaton");
    expect(stderr).toMatch(/^There is no benchmark "formaton"\.\n.*\bformation\b/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});
