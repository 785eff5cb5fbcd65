import { defineDiscovery, listingChannel, type ServiceDiscovery, type ServiceInstance } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { CONFORMANCE_GROUPS } from "../src/index.js";
import { runSuite, type SuiteResult } from "./support/collecting-runner.js";
import type { HandWrittenOptions } from "./support/hand-written.js";
import { inMemoryHarness } from "./support/in-memory-harness.js";
import { encode, keyOf } from "./support/registry.js";
import { registryHarness } from "./support/registry-harness.js";

const all = CONFORMANCE_GROUPS.flatMap((group) => group.cases);

describe("a correct adapter passes everything", () => {
  it("when it is written by hand", async () => {
    expectAllPassed(await runSuite(registryHarness()), []);
  });

  it("when it is made with defineDiscovery from subscribe and announce", async () => {
    expectAllPassed(await runSuite(registryHarness(defined)), []);
  });

  it("when it is core's in-memory discovery, which skips what it lacks", async () => {
    expectAllPassed(await runSuite(inMemoryHarness), Object.keys(inMemoryHarness.without ?? {}));
  });
});

function expectAllPassed(result: SuiteResult, lacking: readonly string[]): void {
  expect(result.failed.map(({ name, error }) => `${name}: ${error?.message}`)).toEqual([]);
  const runnable = all.filter(({ needs }) => !needs.some((need) => lacking.includes(need)));
  expect(result.results.map(({ name }) => name)).toEqual(runnable.map(({ name }) => name));
  expect(result.skipped).toHaveLength(all.length - runnable.length);
}

function defined({ registry, path, timeoutMs, renewMs }: HandWrittenOptions): ServiceDiscovery {
  const name = `defined(${path.segments.join("/")})`;
  return defineDiscovery({
    name,
    timeoutMs,
    async *subscribe({ signal }) {
      const changes = listingChannel(signal);
      const unwatch = registry.watch({ changed: () => changes.push([]), cut: (error) => changes.fail(error) });
      try {
        do yield (await registry.read(signal)).map((text) => parse(text));
        while (!(await changes.next()).done);
      } finally {
        unwatch();
      }
    },
    async announce(self, { signal }) {
      const put = () => registry.put(keyOf(self), encode(self));
      await put();
      let renewing = Promise.resolve();
      const timer = setInterval(() => {
        renewing = registry.has(keyOf(self)).then((known) => (known || signal.aborted ? undefined : put()));
      }, renewMs);
      signal.addEventListener("abort", () => clearInterval(timer));
      return {
        async withdraw() {
          clearInterval(timer);
          await renewing;
          await registry.delete(keyOf(self));
        },
      };
    },
  });
}

function parse(text: string): ServiceInstance | string {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
