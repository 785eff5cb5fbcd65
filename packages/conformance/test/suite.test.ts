import { describe, expect, it } from "vitest";
import { type ConformanceHarness, type ConformanceRunner, discoveryConformance } from "../src/index.js";
import { runSuite } from "./support/collecting-runner.js";
import { registryHarness } from "./support/registry-harness.js";
import { inVirtualTime } from "./support/virtual-time.js";

const silent: ConformanceRunner = { describe: () => {}, it: () => {}, after: () => {} };

describe("a harness that cannot work is refused before any case runs", () => {
  const harness = registryHarness();
  const cases: [string, Partial<ConformanceHarness>, RegExp][] = [
    ["an empty name", { name: " " }, /name must be a non-empty text/],
    ["no open", { open: undefined as never }, /open must be a function/],
    ["a capability that does not exist", { without: { telepathy: "no" } as never }, /without\.telepathy is not a cap/],
    ["a capability without a reason", { without: { ids: "" } }, /without\.ids must say in words why/],
    ["a bound of nothing", { settleMs: 0 }, /settleMs must be a number of milliseconds above 0/],
    ["a bound that is no number", { quietMs: Number.NaN }, /quietMs must be a number of milliseconds above 0/],
    ["no telling a release from a time-out", { releaseMs: 600 }, /releaseMs must be shorter than lookupTimeoutMs/],
  ];
  it.each(cases)("%s", (_, wrong, message) => {
    expect(() => discoveryConformance(silent, { ...harness, ...wrong })).toThrow(message);
  });
});

describe("a runner that lacks something is refused", () => {
  it("describe or it", () => {
    expect(() => discoveryConformance({ it: () => {}, after: () => {} } as never, registryHarness())).toThrow(
      /needs the test runner's describe: pass \{ describe, it, after \}/,
    );
  });

  it("a hook after the last case", () => {
    expect(() => discoveryConformance({ describe: () => {}, it: () => {} }, registryHarness())).toThrow(
      /pass after \(node:test, mocha\) or afterAll \(vitest\)/,
    );
  });
});

describe("cases that cannot be run", () => {
  const without = { ids: "the mechanism has none", stall: "the server cannot be paused" };

  it("are printed after the last case, each by name with the reason", async () => {
    const { printed, skipped } = await inVirtualTime(() => runSuite(registryHarness(undefined, { without })));
    expect(printed).toContain("registry: skipped: ids are kept (ids: the mechanism has none)");
    expect(printed).toContain(
      "registry: skipped: a lookup that gets no answer fails with TIMED_OUT (stall: the server cannot be paused)",
    );
    expect(printed).toHaveLength(skipped.length);
  });

  it("are skipped in the runner too, where it can", () => {
    const skipped: string[] = [];
    const run: string[] = [];
    const runner: ConformanceRunner = {
      describe: (_, body) => body(),
      it: Object.assign((name: string) => run.push(name), { skip: (name: string) => skipped.push(name) }),
      afterAll: () => {},
    };
    const returned = discoveryConformance(runner, registryHarness(undefined, { without }));
    expect(skipped).toEqual(returned.map(({ name }) => name));
    expect(run).not.toContain("ids are kept");
  });

  it("fail when the harness neither can nor says why not", async () => {
    const { open, ...rest } = registryHarness();
    const harness: ConformanceHarness = {
      ...rest,
      async open() {
        const { forget: _, ...backend } = await open();
        return backend;
      },
    };
    const { failed } = await inVirtualTime(() => runSuite({ ...harness, without: { handles: "virtual time" } }));
    expect(failed.map(({ error }) => error?.message)).toEqual([
      'the backend of harness "registry" has no forget(): add it, or say in without.forget why there is none.',
    ]);
  });
});

describe("what a harness opens", () => {
  const without = { handles: "in virtual time there are no real timers to be counted" };

  it("is disposed once per case, passed or failed, and the harness after the last", async () => {
    const { open, ...rest } = registryHarness(undefined, { without });
    let opened = 0;
    const disposed: string[] = [];
    const { results } = await inVirtualTime(() =>
      runSuite({
        ...rest,
        async open() {
          if (++opened === 1) return { ...(await open()), add: () => Promise.reject(new Error("no")), dispose };
          return { ...(await open()), dispose };
        },
        dispose: () => void disposed.push("harness"),
      }),
    );
    function dispose() {
      disposed.push("backend");
    }
    expect(disposed.filter((what) => what === "backend")).toHaveLength(results.length);
    expect(disposed.at(-1)).toBe("harness");
    expect(disposed).toHaveLength(results.length + 1);
  });

  it("may take no longer than a case may", async () => {
    const hanging = registryHarness(undefined, { without });
    const { failed, results } = await inVirtualTime(() => runSuite({ ...hanging, open: () => new Promise(() => {}) }));
    expect(failed).toHaveLength(results.length);
    expect(failed[0]?.error?.message).toMatch(/open\(\) of harness "registry" did not resolve \(waited \d+ ms\)/);
  });
});
