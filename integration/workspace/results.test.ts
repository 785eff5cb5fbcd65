import { describe, expect, it } from "vitest";
import { closingLine, failureLines, readFailures, readResults } from "../../scripts/lib/results.ts";
import { filesToRunAgain } from "../../scripts/lib/unsteady.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { Fixture } from "./fixture.ts";

function run(
  counts: object,
  files: { status: string; assertionResults: object[]; [more: string]: unknown }[] = [],
): string {
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

describe("readFailures", () => {
  it("tells what failed, where, and what it said first", () => {
    const failureMessages = ["AssertionError: expected 1 to be 2\n\n    at one.test.ts:3\n"];
    const assertionResults = [
      { status: "failed", fullName: "counting goes on", failureMessages },
      { status: "passed", fullName: "counting begins", failureMessages: [] },
    ];
    const name = `${REPOSITORY}/adapters/dns/test/one.test.ts`;
    using fixture = new Fixture({
      "tests.json": run({}, [{ name, status: "failed", assertionResults }]),
      "packages.json": run({}, [{ name, status: "failed", message: "SyntaxError: no", assertionResults: [] }]),
    });
    const file = "adapters/dns/test/one.test.ts";
    const failures = readFailures(fixture.root);
    expect(failures).toContainEqual({ file, name: file, message: "      SyntaxError: no" });
    expect(failures).toContainEqual({
      file,
      name: "counting goes on",
      message: "      AssertionError: expected 1 to be 2\n          at one.test.ts:3",
    });
    expect(failureLines(failures)).toContain("    counting goes on\n      AssertionError");
  });
});

describe("filesToRunAgain", () => {
  const failed = (...files: string[]) => files.map((file) => ({ file, name: "a test", message: "" }));

  it("are the files that failed, each once", () => {
    const failures = failed("integration/etcd/a.test.ts", "integration/etcd/a.test.ts", "adapters/mdns/test/b.test.ts");
    expect(filesToRunAgain(failures)).toEqual(["integration/etcd/a.test.ts", "adapters/mdns/test/b.test.ts"]);
  });

  it.each([
    ["a test in virtual time failed too", failed("integration/etcd/a.test.ts", "packages/swim/test/b.test.ts")],
    ["more failed than a crowd explains", failed(..."abcde".split("").map((name) => `integration/${name}.test.ts`))],
    ["nothing failed", []],
  ])("are none when %s", (_, failures) => {
    expect(filesToRunAgain(failures)).toEqual([]);
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
