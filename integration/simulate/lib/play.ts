import { SimulationFailure, simulate } from "@rollcall/testkit";
import type { Report, Task } from "./protocol.ts";

/** Plays the story of one seed. */
export async function play({ seed, twice, ...story }: Task): Promise<Report> {
  try {
    const { operations: _, ...result } = await simulate({ seed, ...story });
    if (twice) {
      const again = await simulate({ seed, ...story });
      if (again.trace !== result.trace) {
        const message = `With seed ${seed} (${result.about}) two runs differ: traces ${result.trace} and ${again.trace}`;
        return { kind: "failed", seed, invariant: "the same seed gives the same trace", message };
      }
    }
    return { kind: "held", ...result };
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    return { kind: "failed", seed, invariant: error.violation.invariant, message: error.message };
  }
}
