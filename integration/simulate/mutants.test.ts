import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleHunter } from "./mutants/bundle.ts";
import { hunt, TIMEOUT_MS } from "./mutants/hunt.ts";
import { MUTANTS } from "./mutants/mutants.ts";

/** Each fault is noticed by a seed up to this one; most by one of the first few. */
const LAST_SEED = 400;

describe("the simulation", { timeout: TIMEOUT_MS + 30_000 }, () => {
  it("finds nothing wrong with the code as it is", async () => {
    expect(await hunt(40)).toEqual({});
  });

  it.each(MUTANTS)("notices that $fault: $invariant", async (mutant) => {
    expect(await hunt(LAST_SEED, mutant)).toMatchObject({ invariant: mutant.invariant });
  });
});

it("a hunter ends with whoever has sent it, even if that one is killed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rollcall-mutant-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, "hunter.mjs");
  await bundleHunter(program);
  const hunter = spawn(process.execPath, [program, "1000000000", "false"], { stdio: ["pipe", "ignore", "inherit"] });
  onTestFinished(() => void hunter.kill("SIGKILL"));
  await once(hunter, "spawn");
  hunter.stdin.destroy();
  expect(await once(hunter, "exit")).toEqual([1, null]);
});
