import type { Capability } from "./capability.js";
import { CONFORMANCE_GROUPS } from "./cases/index.js";
import type { ConformanceCase } from "./conformance-case.js";
import { type ConformanceHarness, checkHarness, type Timing } from "./harness.js";
import { type ConformanceRunner, checkRunner, register } from "./runner.js";
import { Scene } from "./scene.js";
import { within } from "./verdict.js";

/** A case that was not run, and why. */
export interface SkippedCase {
  readonly name: string;
  readonly capability: Capability;
  readonly reason: string;
}

export interface ConformanceOptions {
  /** Where the lines about skipped cases go. Default `console.log`. */
  readonly print?: (line: string) => void;
}

/**
 * Defines the suite in a test runner: one `describe` with a test for every case that the harness's capabilities allow.
 *
 * Cases must run one after the other (every runner's default within a file), because the last group measures what the
 * process keeps open. After the last case the skipped ones are printed, each with its reason.
 *
 * @returns the skipped cases
 * @throws TypeError when a member of runner or harness is missing or unusable
 */
export function discoveryConformance(
  runner: ConformanceRunner,
  harness: ConformanceHarness,
  options: ConformanceOptions = {},
): readonly SkippedCase[] {
  checkRunner(runner);
  const timing = checkHarness(harness);
  const { print = console.log } = options;
  const limitMs = caseLimitMs(timing);
  const skipped: SkippedCase[] = [];

  runner.describe(`${harness.name}: discovery conformance`, () => {
    for (const group of CONFORMANCE_GROUPS) {
      runner.describe(group.name, () => {
        for (const one of group.cases) {
          const lacking = one.needs.find((capability) => harness.without?.[capability] !== undefined);
          if (lacking === undefined) {
            register(runner, one.name, () => runCase(one, harness, timing, limitMs), limitMs + timing.settleMs);
          } else {
            const reason = harness.without?.[lacking] as string;
            skipped.push({ name: one.name, capability: lacking, reason });
            runner.it.skip?.(one.name, async () => {});
          }
        }
      });
    }
    const afterLast = runner.after ?? runner.afterAll;
    afterLast?.(async () => {
      for (const { name, capability, reason } of skipped) {
        print(`${harness.name}: skipped: ${name} (${capability}: ${reason})`);
      }
      await harness.dispose?.();
    });
  });
  return skipped;
}

/** Every wait within a case has its own bound; this one is for harness functions and adapters that never return. */
function caseLimitMs({ settleMs, quietMs, releaseMs, lookupTimeoutMs }: Timing): number {
  return 15 * settleMs + 5 * quietMs + 10 * releaseMs + 2 * lookupTimeoutMs;
}

async function runCase(one: ConformanceCase, harness: ConformanceHarness, timing: Timing, limitMs: number) {
  const opening = Scene.open(harness, timing);
  const scene = await within(opening, limitMs, `open() of harness ${JSON.stringify(harness.name)} did not resolve`);
  try {
    await within(one.run(scene), limitMs, "the case did not finish: a promise of the adapter or harness never settles");
  } finally {
    await within(scene.close(), limitMs, "dispose() of the harness's backend did not resolve");
  }
}
