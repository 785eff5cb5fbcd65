import { afterAll, describe, expect, it } from "vitest";
import { CONFORMANCE_GROUPS, type ConformanceHarness } from "../src/index.js";
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
import { runSuite } from "./support/collecting-runner.js";
import { registryHarness } from "./support/registry-harness.js";
import { inVirtualTime } from "./support/virtual-time.js";

const inMemory = [
  ...identity,
  ...listings,
  ...lookups,
  ...changes,
  ...endings,
  ...disposal,
  ...failures,
  ...announcing,
];

/** The cases that have rejected somebody. */
const rejecting = new Set<string>();

describe("a broken adapter is rejected by the case meant for it, which says what to do", () => {
  const without = { handles: "in virtual time there are no real timers to be counted" };
  for (const adapter of inMemory) {
    it(`one that ${adapter.that}`, async () => {
      await inVirtualTime(() => rejects(adapter, { without }));
    });
  }
});

describe("an adapter that leaves something open is rejected, too", () => {
  afterAll(stopLeaks);
  for (const adapter of handles) it(`one that ${adapter.that}`, () => rejects(adapter, { settleMs: 200 }));
});

it("every case of the suite rejects at least one broken adapter", () => {
  const names = CONFORMANCE_GROUPS.flatMap((group) => group.cases.map(({ name }) => name));
  expect(names.filter((name) => !rejecting.has(name))).toEqual([]);
});

async function rejects(adapter: BrokenAdapter, overrides: Partial<ConformanceHarness>): Promise<void> {
  const { failed } = await runSuite(registryHarness(adapter.make, overrides));
  for (const { name } of failed) rejecting.add(name);
  const others = failed.map(({ name }) => name).filter((name) => name !== adapter.rejectedBy);
  const meant = failed.find(({ name }) => name === adapter.rejectedBy);
  expect(meant?.error?.message ?? `passed, while these failed: ${others.join("; ")}`).toMatch(adapter.says);
  if (typeof adapter.also === "number") expect(others.length).toBeLessThanOrEqual(adapter.also);
  else expect(others.sort()).toEqual([...(adapter.also ?? [])].sort());
}
