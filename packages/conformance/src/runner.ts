/**
 * The parts of a test runner that the suite uses. The modules `vitest`, `node:test` and `mocha` each have them under
 * these names, so that one can be passed whole.
 */
export interface ConformanceRunner {
  describe(name: string, body: () => void): unknown;
  it: ConformanceIt;
  /** Runs a hook after the last case. One of `after` (node:test, mocha) and `afterAll` (vitest) has to be there. */
  after?(hook: () => Promise<void>): unknown;
  afterAll?(hook: () => Promise<void>): unknown;
}

export interface ConformanceIt {
  /** `timeoutMs` is vitest's third argument; the others take no notice of it. */
  (name: string, body: () => Promise<void>, timeoutMs?: number): unknown;
  /** Used for skipped cases when there is one, so that the runner counts them as well. */
  skip?(name: string, body: () => Promise<void>): unknown;
}

/** @throws TypeError naming what is missing */
export function checkRunner(runner: ConformanceRunner): void {
  for (const member of ["describe", "it"] as const) {
    if (typeof runner?.[member] !== "function") {
      throw new TypeError(`discoveryConformance needs the test runner's ${member}: pass { describe, it, after }.`);
    }
  }
  if (!runner.after && !runner.afterAll) {
    throw new TypeError(
      "discoveryConformance needs a hook to clean up and to print what was skipped: " +
        "pass after (node:test, mocha) or afterAll (vitest) as well.",
    );
  }
}

/** Registers one case with a time limit, which each runner wants in its own way. */
export function register(runner: ConformanceRunner, name: string, body: () => Promise<void>, timeoutMs: number): void {
  runner.it(
    name,
    function (this: unknown) {
      const context = this as { timeout?: (ms: number) => unknown } | undefined;
      if (typeof context?.timeout === "function") context.timeout(timeoutMs); // mocha, whose own limit is 2 s
      return body();
    },
    timeoutMs,
  );
}
