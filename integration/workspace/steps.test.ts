import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { allPassed, runSteps, type Step, summary } from "../../scripts/lib/steps.ts";

const exits = (code: number, options: Partial<Step> = {}): Step => ({
  name: `exit ${code}`,
  command: ["node", "-e", `process.exit(${code})`],
  ...options,
});

async function outcomes(steps: readonly Step[]): Promise<string[]> {
  return (await runSteps(steps)).map(({ outcome }) => outcome);
}

describe("runSteps", () => {
  beforeEach(() => {
    for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation(() => {});
  });
  afterEach(() => vi.restoreAllMocks());

  it("goes on after a failure, to show the others too", async () => {
    expect(await outcomes([exits(1), exits(0)])).toEqual(["failed", "passed"]);
  });

  it("stops after the failure of an essential step", async () => {
    expect(await outcomes([exits(1, { essential: true }), exits(0)])).toEqual(["failed", "not run"]);
  });

  it("takes a program that cannot be started for a failure", async () => {
    expect(await outcomes([{ name: "?", command: ["rollcall-has-no-such-program"] }])).toEqual(["failed"]);
  });

  it("takes a program that was killed for a failure", async () => {
    expect(await outcomes([{ name: "?", command: ["node", "-e", "process.kill(process.pid)"] }])).toEqual(["failed"]);
  });

  it("hands the environment of a step to its command", async () => {
    const command = ["node", "-e", "process.exit(process.env.WANTED === 'yes' ? 0 : 1)"] as const;
    expect(await outcomes([{ name: "env", command, env: { WANTED: "yes" } }])).toEqual(["passed"]);
  });
});

describe("the summary", () => {
  const results = [
    { name: "build", outcome: "failed", seconds: 1.26 },
    { name: "all tests", outcome: "not run", seconds: 0 },
  ] as const;

  it("has a line for each step", () => {
    expect(summary(results)).toBe("\n✗ build      failed      1.3 s\n– all tests  not run     0.0 s\n");
  });

  it("counts a step that was not run as not passed", () => {
    expect(allPassed(results)).toBe(false);
    expect(allPassed([{ name: "build", outcome: "passed", seconds: 1 }])).toBe(true);
  });
});
