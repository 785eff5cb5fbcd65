import { describe, expect, it } from "vitest";
import { type ExponentialBackoffOptions, exponentialBackoff } from "../src/index.js";
import { noJitter } from "./support/seeded-random.js";

const delays = (options: ExponentialBackoffOptions, failures: number[], random = noJitter) =>
  failures.map((count) => exponentialBackoff(options).delayMs(count, random));

describe("exponentialBackoff", () => {
  it.each<[string, ExponentialBackoffOptions, number[], number[]]>([
    [
      "grows by half up to the maximum",
      { initialMs: 300, maxMs: 3_000 },
      [1, 2, 3, 7, 99],
      [300, 450, 675, 3_000, 3_000],
    ],
    ["grows by the factor", { initialMs: 100, maxMs: 1_000, factor: 2 }, [1, 2, 3, 4, 5], [100, 200, 400, 800, 1_000]],
    [
      "settles",
      { initialMs: 300, maxMs: 3_000, settleAfter: 32, settledMs: 30_000 },
      [32, 33, 1e6],
      [3_000, 30_000, 30_000],
    ],
    ["settles at the maximum unless told", { initialMs: 300, maxMs: 3_000, settleAfter: 1 }, [1, 2], [300, 3_000]],
    ["waits for nothing if told so, however often", { initialMs: 0, maxMs: 3_000 }, [1, 2, 1e6], [0, 0, 0]],
    [
      "is at its maximum after very many failures",
      { initialMs: 1, maxMs: 3_000 },
      [1e6, Number.MAX_SAFE_INTEGER],
      [3_000, 3_000],
    ],
  ])("%s", (_, options, failures, expected) => {
    expect(delays(options, failures)).toEqual(expected);
  });

  it.each([
    [0, 80],
    [0.25, 90],
    [0.5, 100],
    [1, 120],
  ])("varies by a fifth: random %s of 100 ms gives %s", (random, expected) => {
    expect(delays({ initialMs: 100, maxMs: 100 }, [1], () => random)[0]).toBeCloseTo(expected);
  });

  it.each(["initialMs", "factor", "maxMs", "jitter", "settledMs"])(
    "refuses a negative %s and one that is no number",
    (option) => {
      for (const value of [-1, Number.NaN, "x" as unknown as number]) {
        const make = () => exponentialBackoff({ initialMs: 1, maxMs: 1, [option]: value });
        expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
        expect(make).toThrow(option);
      }
    },
  );
});
