import type { Violation } from "./invariant.js";
import { describeOperation, type Operation } from "./operation.js";
import type { RunResult } from "./run-story.js";
import type { Story } from "./story.js";

/** An invariant did not hold. The message has all that is needed to see it again. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  readonly seed: number;
  readonly violation: Violation;
  /** What has to happen for it: give these to `simulate`, with the seed, to see it again. */
  readonly operations: readonly Operation[];

  constructor(seed: number, story: Story, violation: Violation, operations: readonly Operation[]) {
    const steps = operations.map((operation) => `  ${describeOperation(operation)}`).join("\n");
    super(
      `With seed ${seed} (${story.about}) it does not hold that ${violation.invariant}. ` +
        `At ${Math.round(violation.atMs)} virtual ms ${violation.message}\n` +
        `What happened, less what is not needed for it (${operations.length} of ${story.operations.length}):\n${steps}\n` +
        `operations: ${JSON.stringify(operations)}`,
    );
    this.seed = seed;
    this.violation = violation;
    this.operations = operations;
  }
}

/** What came of a run in which everything held. */
export interface SimulationResult extends Omit<RunResult, "violation"> {
  readonly seed: number;
  /** In a few words: how many nodes, which strategy. */
  readonly about: string;
  readonly operations: readonly Operation[];
}
