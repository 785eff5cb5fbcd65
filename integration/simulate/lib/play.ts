import type { ClusterSettings } from "@rollcall/cluster";
import { SimulationFailure, simulate } from "@rollcall/testkit";
import type { Report, Task } from "./protocol.ts";

/** One seed in so many is played by nodes with a secret. */
const SECRETS = 4;

/** Plays the story of one seed. */
export async function play({ seed, twice, ...task }: Task): Promise<Report> {
  const configure = (settings: ClusterSettings) => {
    if (seed % SECRETS === 0) settings.secret = "known to every node of the story";
  };
  const story = { ...task, configure };
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
