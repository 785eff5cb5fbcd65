import { describe, expect, it } from "vitest";
import { isSwimError, SWIM_PRESETS, Swim, type SwimOptionsInput } from "../src/index.js";

function make(options: SwimOptionsInput, selfId = "self"): Swim {
  return new Swim({ selfId, options, random: () => 0, now: 0, perform: () => {} });
}

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the presets", () => {
  it.each(Object.entries(SWIM_PRESETS))("%s can be used as it is, and cannot be changed", (_name, preset) => {
    make(preset);
    expect(Object.isFrozen(preset)).toBe(true);
  });

  it("cannot be exchanged", () => {
    expect(Object.isFrozen(SWIM_PRESETS)).toBe(true);
  });
});

describe("an option", () => {
  it.each([
    ["probeIntervalMs", 0],
    ["probeIntervalMs", Number.NaN],
    ["probeIntervalMs", "500"],
    ["probeTimeoutMs", 500],
    ["indirectProbes", -1],
    ["indirectProbes", 1.5],
    ["suspicionMinMs", Number.POSITIVE_INFINITY],
    ["suspicionMaxMs", 10],
    ["confirmations", 16],
    ["gossipIntervalMs", 0],
    ["gossipFanout", 0],
    ["retransmitFactor", 0],
    ["maxUpdatesPerMessage", 65],
    ["maxLocalHealth", -1],
    ["buddy", "yes"],
    ["stallThresholdMs", 300],
    ["checkers", -1],
    ["checksPerInterval", 0],
    ["refusalPatienceMs", -1],
    ["loneRefusals", 0],
    ["loneRefusalSpanMs", -1],
    ["recheckIntervalMs", 0],
    ["probeInterval", 1000],
  ])("%s of %j is refused by name", (name, value) => {
    const error = thrown(() => make({ [name]: value } as SwimOptionsInput));
    expect(isSwimError(error) && error.code).toBe("INVALID_OPTION");
    expect(String(error)).toContain(name);
  });

  it("that is undefined is as if it were left out, and what was passed is not changed", () => {
    const options = Object.freeze({ probeIntervalMs: undefined, gossipFanout: 5 });
    expect(make(options).explain().probeIntervalMs).toBe(SWIM_PRESETS.lan.probeIntervalMs);
  });
});

describe("a member's id", () => {
  it.each(["", "self", "x".repeat(129), 7, undefined])("cannot be %j", (id) => {
    const error = thrown(() => make({}).add(id as string, 0));
    expect(isSwimError(error) && error.code).toBe("INVALID_MEMBER");
  });

  it("cannot be empty for oneself either", () => {
    expect(isSwimError(thrown(() => make({}, "")))).toBe(true);
  });
});

describe("an error", () => {
  it("is recognised by its mark, so that one from another copy of this package is, too", () => {
    expect(isSwimError({ [Symbol.for("@rollcall/swim.SwimError")]: true })).toBe(true);
    for (const other of [undefined, null, "INVALID_OPTION", new Error("no")]) expect(isSwimError(other)).toBe(false);
  });
});
