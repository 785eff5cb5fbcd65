import { describe, expect, it } from "vitest";
import { hunt } from "./mutants/hunt.ts";
import { MUTANTS } from "./mutants/mutants.ts";

/** Each fault is noticed by a seed up to this one; most by one of the first few. */
const LAST_SEED = 400;

describe("the simulation", () => {
  it("finds nothing wrong with the code as it is", async () => {
    expect(await hunt(40)).toEqual({});
  });

  it.each(MUTANTS)("notices that $fault: $invariant", async (mutant) => {
    expect(await hunt(LAST_SEED, mutant)).toMatchObject({ invariant: mutant.invariant });
  });
});
