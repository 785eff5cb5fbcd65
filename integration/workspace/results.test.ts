import { describe, expect, it } from "vitest";
import { closingLine, readResults } from "../../scripts/lib/results.ts";
import { Fixture } from "./fixture.ts";

function run(counts: object, files: { status: string; assertionResults: object[] }[] = []): string {
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  return JSON.stringify({ ...none, ...counts, testResults: files });
}

describe("readResults", () => {
  it("adds up the runs of a folder", () => {
    using fixture = new Fixture({
      "tests.json": run({ numPassedTests: 40, numFailedTests: 1, numPendingTests: 2 }),
      "packages.json": run({ numPassedTests: 2, numTodoTests: 1 }),
    });
    expect(readResults(fixture.root)).toEqual({ passed: 42, failed: 1, skipped: 3 });
  });

  it("counts a file that did not load as a failure", () => {
    using fixture = new Fixture({ "tests.json": run({}, [{ status: "failed", assertionResults: [] }]) });
    expect(readResults(fixture.root).failed).toBe(1);
  });

  it("finds nothing where nothing ran", () => {
    expect(readResults("/nonexistent")).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("closingLine", () => {
  it.each([
    [{ passed: 5, failed: 0, skipped: 0 }, 0, "5 passed, 0 failed"],
    [{ passed: 5, failed: 2, skipped: 1 }, 1, "5 passed, 2 failed, 1 skipped"],
    [{ passed: 5, failed: 0, skipped: 0 }, 1, "5 passed, 1 failed"],
  ])("says of %o with %i failed steps: %s", (counts, failedSteps, line) => {
    expect(closingLine(counts, failedSteps)).toBe(line);
  });
});
