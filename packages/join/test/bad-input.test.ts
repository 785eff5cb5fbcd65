import { describe, expect, it } from "vitest";
import type { CandidatePolicy } from "../src/index.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";

describe("bad input", () => {
  it("in a listing is skipped, counted and said, and the rest is joined", async () => {
    const nonsense = [null, 7, "text", {}, { host: "", port: 1 }, { host: "a", port: 0 }, { host: "a b", port: 1 }];
    const world = new SchedulerWorld({
      discovery: {
        name: "careless",
        lookup: async () => [],
        async *subscribe({ signal } = {}) {
          yield [...nonsense, { host: "10.0.0.10", port: 7337 }] as never;
          await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        },
      },
    });
    await world.start();
    expect(world.joiner.tried).toEqual([A]);
    expect(world.scheduler.explain().discovery).toMatchObject({
      problems: nonsense.length,
      lastProblem: { code: "MALFORMED_RECORD" },
    });
    expect(world.log.some(({ level, message }) => level === "warn" && message.includes("careless"))).toBe(true);
  });

  it("from a policy that returns strangers or too many starts only candidates, and only as many as there is room", async () => {
    const policy: CandidatePolicy = {
      choose: (candidates) => [{ host: "stranger", port: 1 }, ...candidates, ...candidates],
    };
    const world = await new SchedulerWorld({ policy }).start(A, B, C, D);
    expect(world.joiner.tried).toEqual([A, B, C]);
  });

  it("from a policy that insists on a member or on one backing off starts nothing", async () => {
    const asked: string[][] = [];
    const policy: CandidatePolicy = {
      choose(candidates) {
        asked.push(candidates.map(({ host, port }) => `${host}:${port}`));
        return [A, B, C].map((endpoint) => ({ host: endpoint.split(":")[0] as string, port: 7337 }));
      },
    };
    const world = await new SchedulerWorld({ policy, spreadMs: 0 }).start(A, B);
    await world.accept(A);
    await world.reject(B, "WRONG_SYSTEM");
    await world.list(A, B, C);
    expect(asked.at(-1)).toEqual([C]);
    expect(world.joiner.tried).toEqual([A, B, C]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["gives a promise", () => Promise.resolve([])],
    ["gives nothing", () => undefined],
    ["gives no instances", () => [undefined]],
  ])("from a policy that %s is said, and the policy is asked again", async (_, answer) => {
    let broken = true;
    const policy: CandidatePolicy = {
      choose: (candidates) => (broken ? (answer() as typeof candidates) : candidates),
    };
    const world = await new SchedulerWorld({ policy }).start(A);
    expect(world.joiner.tried).toEqual([]);
    expect(world.log.some(({ message }) => message.includes("policy"))).toBe(true);
    broken = false;
    await world.clock.advance(1000);
    expect(world.joiner.tried).toEqual([A]);
  });

  it.each([
    ["maxConcurrentJoins", 0],
    ["maxConcurrentJoins", 1.5],
    ["maxEndpoints", -1],
    ["spreadMs", Number.NaN],
    ["coalesceMs", -1],
    ["policyRetryMs", Number.POSITIVE_INFINITY],
    ["permanentCodes", "WRONG_SYSTEM"],
    ["joiner", {}],
    ["membership", undefined],
    ["discovery", { name: "x" }],
  ])("to the constructor is refused by name: %s = %s", (name, value) => {
    expect(() => new SchedulerWorld({ [name]: value })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(name) }),
    );
  });
});
