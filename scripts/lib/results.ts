import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { REPOSITORY, readJson } from "./workspace.ts";

/** Names the folder in which test runs leave their results, for {@link readResults} to add up. */
export const RESULTS_VARIABLE = "ROLLCALL_RESULTS";

/** How many tests went which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test that failed, or a file that did not load, whose name is its file's then. */
export interface Failure {
  /** Relative to the repository. */
  readonly file: string;
  readonly name: string;
  /** The first lines of what it said. */
  readonly message: string;
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
  for (const run of readRuns(folder)) {
    sum.passed += run.numPassedTests;
    // A file that does not load has no tests to fail, and is a failure all the same.
    sum.failed += run.numFailedTests + run.testResults.filter(isUnloaded).length;
    sum.skipped += run.numPendingTests + run.numTodoTests;
  }
  return sum;
}

/** What failed in the runs that left their results in a folder. */
export function readFailures(folder: string): Failure[] {
  return readRuns(folder).flatMap(({ testResults }) =>
    testResults.flatMap((result) => {
      const file = relative(REPOSITORY, result.name);
      if (isUnloaded(result)) return [{ file, name: file, message: excerpt(result.message ?? "") }];
      return result.assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ fullName, failureMessages }) => ({ file, name: fullName, message: excerpt(failureMessages[0] ?? "") }));
    }),
  );
}

/** For the end of a long log: each failure with where it is and what it said. */
export function failureLines(failures: readonly Failure[]): string {
  return failures.map(({ file, name, message }) => `  ${file}\n    ${name}\n${message}`).join("\n");
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
  readonly testResults: readonly VitestFile[];
}

interface VitestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly VitestTest[];
}

interface VitestTest {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages: readonly string[];
}

function readRuns(folder: string): VitestResults[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((file) => readJson<VitestResults>(join(folder, file)));
}

function isUnloaded(file: VitestFile): boolean {
  return file.status === "failed" && file.assertionResults.length === 0;
}

function excerpt(message: string): string {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(0, 8)
    .map((line) => `      ${line}`)
    .join("\n");
}
