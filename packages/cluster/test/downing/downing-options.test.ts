import { describe, expect, it } from "vitest";
import {
  DOWNING_DEFAULTS,
  downAll,
  keepMajority,
  keepOldest,
  noDowning,
  staticQuorum,
  timeoutDowning,
} from "../../src/downing/index.js";

const NOT_DURATIONS = [-1, Number.NaN, Number.POSITIVE_INFINITY, "5", null];

/** Factories as a program without types calls them. */
const FACTORIES: Readonly<Record<string, (options: never) => unknown>> = {
  timeoutDowning,
  keepMajority,
  staticQuorum: (options: object) => staticQuorum({ size: 3, ...options }),
  keepOldest,
  downAll,
};

const WRONG: readonly [strategy: string, option: string, value: unknown][] = [
  ...Object.entries(DOWNING_DEFAULTS).flatMap(([strategy, defaults]) =>
    Object.keys(defaults)
      .filter((option) => option.endsWith("Ms"))
      .flatMap((option) => NOT_DURATIONS.map((value): [string, string, unknown] => [strategy, option, value])),
  ),
  ...[0, 1.5, "3", undefined].map((value): [string, string, unknown] => ["staticQuorum", "size", value]),
  ["keepMajority", "tieBreak", "highest"],
  ["keepOldest", "downIfAlone", "yes"],
];

describe("a downing strategy", () => {
  it.each(WRONG)("%s is refused with an error that names %s when that is %j", (strategy, option, value) => {
    let thrown: unknown;
    try {
      FACTORIES[strategy]?.({ [option]: value } as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "INVALID_SETTING" });
    expect((thrown as Error).message).toContain(`${strategy}: ${option} is `);
  });

  it.each(Object.keys(FACTORIES))("%s refuses an option that it does not have, and says which it has", (strategy) => {
    expect(() => FACTORIES[strategy]?.({ after: 1 } as never)).toThrow(/has no option after; it has \w*Ms|size/);
  });

  it("that cannot do without an option says so", () => {
    expect(() => (staticQuorum as () => unknown)()).toThrow(/staticQuorum: size is undefined; it has to be a whole/);
  });

  it("takes the least that each option may be", () => {
    expect(() => timeoutDowning({ afterMs: 0 })).not.toThrow();
    expect(() => staticQuorum({ size: 1, stableMs: 0, marginMs: 0 })).not.toThrow();
  });

  it("has a name that tells it from others in a log", () => {
    const strategies = [
      noDowning(),
      timeoutDowning(),
      keepMajority(),
      staticQuorum({ size: 3 }),
      keepOldest(),
      downAll(),
    ];
    expect(strategies.map(({ name }) => name)).toEqual([
      "none",
      "timeout(1000 ms)",
      "keep-majority",
      "static-quorum(3)",
      "keep-oldest",
      "down-all",
    ]);
  });

  it("cannot be changed by way of its defaults", () => {
    const groups = [DOWNING_DEFAULTS, ...Object.values(DOWNING_DEFAULTS)];
    expect(groups.every((group) => Object.isFrozen(group))).toBe(true);
  });
});
