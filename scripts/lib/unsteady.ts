import type { Failure } from "./results.ts";

/** The exit code of `npm test` when build, lint and dependencies are right and tests failed. */
export const ONLY_TESTS_FAILED = 2;

/** With more files than this it is not the machine. */
const MAX_FILES = 4;

/**
 * The files of tests that may run once more, alone: few, and all of them with real servers, processes or networks, which
 * a crowded machine can make miss their deadlines. Whatever runs in virtual time has no such excuse. Empty if anything
 * else failed. See docs/decisions/0013-second-run-alone.md.
 */
export function filesToRunAgain(failures: readonly Failure[]): string[] {
  const files = [...new Set(failures.map(({ file }) => file))];
  const areExcusable = files.every((file) => file.startsWith("integration/") || file.startsWith("adapters/"));
  return areExcusable && files.length <= MAX_FILES ? files : [];
}
