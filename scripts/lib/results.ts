import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "./workspace.ts";

/** Names the folder in which test runs leave their results, for {@link readResults} to add up. */
export const RESULTS_VARIABLE = "ROLLCALL_RESULTS";

/** How many tests went which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reporters for a vitest configuration: none, unless somebody collects results. */
export function results(run: string): ["json", { outputFile: string }][] {
  const folder = process.env[RESULTS_VARIABLE];
  return folder === undefined ? [] : [["json", { outputFile: join(folder, `${run}.json`) }]];
}

/** Makes the folder, without results of an earlier run. */
export function clearResults(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** Adds up what the runs left in a folder. */
export function readResults(folder: string): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  if (!existsSync(folder)) return sum;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const run = readJson<VitestResults>(join(folder, file));
    sum.passed += run.numPassedTests;
    // A file that does not load has no tests to fail, and is a failure all the same.
    sum.failed += run.numFailedTests + run.testResults.filter(isUnloaded).length;
    sum.skipped += run.numPendingTests + run.numTodoTests;
  }
  return sum;
}

/**
 * `N passed, N failed, N skipped`, alone on its line for whoever reads logs by machine. A step that failed without a
 * test to blame (the linter, say) must not close with "0 failed".
 */
export function closingLine({ passed, failed, skipped }: Counts, failedSteps: number): string {
  return `${passed} passed, ${Math.max(failed, failedSteps)} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** What is read of vitest's JSON report, which follows Jest's. */
interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function isUnloaded(file: VitestResults["testResults"][number]): boolean {
  return file.status === "failed" && file.assertionResults.length === 0;
}
