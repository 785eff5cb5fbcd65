import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Catch } from "../programs/hunter.ts";
import { bundleHunter } from "./bundle.ts";
import type { Mutant } from "./mutants.ts";

/** For some hundred seeds, on a machine that has much else to do. */
export const TIMEOUT_MS = 240_000;

/** Looks for a seed that notices a fault, or that fails without one, from 1 to a last one. */
export async function hunt(lastSeed: number, mutant?: Mutant): Promise<Catch> {
  const folder = await mkdtemp(join(tmpdir(), "rollcall-mutant-"));
  try {
    const program = join(folder, "hunter.mjs");
    await bundleHunter(program, mutant);
    // Only then is it worth the time.
    const twice = String(mutant?.invariant === "the same seed gives the same trace");
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(lastSeed), twice], {
      timeout: TIMEOUT_MS,
    });
    return JSON.parse(stdout) as Catch;
  } finally {
    await rm(folder, { recursive: true });
  }
}
