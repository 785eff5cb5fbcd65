import { type ConformanceHarness, discoveryConformance, type SkippedCase } from "../../src/index.js";

export interface CaseResult {
  readonly name: string;
  /** Absent when the case passed. */
  readonly error?: Error;
}

export interface SuiteResult {
  readonly results: readonly CaseResult[];
  readonly failed: readonly CaseResult[];
  readonly skipped: readonly SkippedCase[];
  readonly printed: readonly string[];
}

/**
 * Runs the suite in this process without a test runner, the cases side by side except those that measure what the
 * process keeps open.
 */
export async function runSuite(harness: ConformanceHarness): Promise<SuiteResult> {
  const cases: { group: string; name: string; body: () => Promise<void> }[] = [];
  const hooks: (() => Promise<void>)[] = [];
  const printed: string[] = [];
  let group = "";
  const skipped = discoveryConformance(
    {
      describe(name, body) {
        const outer = group;
        group = name;
        body();
        group = outer;
      },
      it: (name, body) => cases.push({ group, name, body }),
      after: (hook) => hooks.push(hook),
    },
    harness,
    { print: (line) => printed.push(line) },
  );
  const run = ({ name, body }: (typeof cases)[number]): Promise<CaseResult> =>
    body().then(
      () => ({ name }),
      (error: Error) => ({ name, error }),
    );
  const results = await Promise.all(cases.filter((one) => one.group !== "handles").map(run));
  for (const one of cases.filter((each) => each.group === "handles")) results.push(await run(one));
  for (const hook of hooks) await hook();
  return { results, failed: results.filter((result) => result.error !== undefined), skipped, printed };
}
