import { afterAll, describe, expect, it } from "vitest";
import { CONFORMANCE_GROUPS } from "../src/index.js";
import { announcing } from "./broken/announcing.js";
import { changes } from "./broken/changes.js";
import { disposal } from "./broken/disposal.js";
import { endings } from "./broken/endings.js";
import { failures } from "./broken/failures.js";
import { handles, stopLeaks } from "./broken/handles.js";
import { identity } from "./broken/identity.js";
import { listings } from "./broken/listings.js";
import { lookups } from "./broken/lookups.js";
import type { BrokenAdapter } from "./support/broken-adapter.js";
import { runSuite, type SuiteResult } from "./support/collecting-runner.js";
import { registryHarness } from "./support/registry-harness.js";

const broken: readonly BrokenAdapter[] = [
  ...identity,
  ...listings,
  ...lookups,
  ...changes,
  ...endings,
  ...disposal,
  ...failures,
  ...announcing,
  ...handles,
];

/** What a case waits in vain for, when the adapter is broken, need not be waited for long. */
const impatient = { settleMs: 400 };

describe("a broken adapter is rejected by the case meant for it, which says what to do", () => {
  const rejecting = new Map<string, string>();
  afterAll(stopLeaks);

  for (const adapter of broken) {
    it(`one that ${adapter.that}`, async () => {
      const { failed } = await runSuite(registryHarness(adapter.make, impatient));
      for (const { name } of failed) rejecting.set(name, adapter.that);
      expect(messageOf(failed, adapter.rejectedBy)).toMatch(adapter.says);
      expect(failed.map(({ name }) => name).sort()).toEqual([adapter.rejectedBy, ...(adapter.also ?? [])].sort());
    });
  }

  it("every case of the suite rejects at least one of them", () => {
    const idle = CONFORMANCE_GROUPS.flatMap((group) => group.cases.map(({ name }) => name));
    expect(idle.filter((name) => !rejecting.has(name))).toEqual([]);
  });
});

function messageOf(failed: SuiteResult["failed"], name: string): string {
  const result = failed.find((one) => one.name === name);
  return result?.error?.message ?? `passed, but these failed: ${failed.map((one) => one.name).join("; ")}`;
}
