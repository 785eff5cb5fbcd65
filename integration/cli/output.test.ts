import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

const PROGRAM = join(REPOSITORY, "packages/cli/dist/bin.js");
/** A device on which there is never any space. */
const FULL = "/dev/full";

describe.skipIf(!existsSync(FULL))("what rollcall prints", () => {
  it("is missed in one line, with code 1, when it cannot be written", () => {
    const output = openSync(FULL, "w");
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "--help"], {
      stdio: ["ignore", output, "pipe"],
      encoding: "utf8",
    });
    closeSync(output);
    expect(stderr).toMatch(/^rollcall: the output cannot be written: ENOSPC.*\n$/);
    expect(status).toBe(1);
  });
});
