import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import type { Invariant, Violation } from "./invariant.js";
import type { Operation } from "./operation.js";
import { type RunOptions, type RunResult, runStory } from "./run-story.js";
import { shrink } from "./shrink.js";
import { SimulationFailure, type SimulationResult } from "./simulation-failure.js";
import { makeStory, type Story, type StoryOptions } from "./story.js";

export interface SimulationOptions extends StoryOptions {
  /** Everything comes from it: how many nodes, what happens to them, what the network does, what each node draws. */
  readonly seed: number;
  /** What happens, instead of what the seed says: a failure seen before. */
  readonly operations?: readonly Operation[];
  /**
   * Changes the settings of every node, after the story has chosen a downing strategy, and whether there is a formation
   * guard.
   */
  readonly configure?: (settings: ClusterSettings) => void;
  /** Called with every node that starts; for what your own program does with one. */
  readonly onStart?: (system: ClusterSystem) => void;
  /** Your own, besides those that always have to hold. Called for every run, so that none sees another's. */
  readonly invariants?: () => readonly Invariant[];
  /** How long after everything was mended all nodes have to agree, in virtual milliseconds. Default 120,000. */
  readonly agreeWithinMs?: number;
  /**
   * Whether, at the end, dead nodes are downed by hand: for clusters that do not down by themselves. Default false.
   */
  readonly downsTheDead?: boolean;
  /** How often a run that failed is repeated with fewer operations, to find out which matter. Default 300; 0: not. */
  readonly shrinkAttempts?: number;
}

/**
 * Plays one random story of a cluster in virtual time, and looks all the while whether what has to hold does.
 *
 * @throws SimulationFailure if something does not hold; its message says what, and how to see it again
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, shrinkAttempts = 300 } = options;
  const story = makeStory(seed, options);
  const { operations = story.operations } = options;
  const run = (some: readonly Operation[]) => runStory(seed, story, some, runOptions(options));
  const { violation, ...result } = await run(operations);
  if (violation !== undefined) throw await explainFailure(seed, story, violation, operations, shrinkAttempts, run);
  return { ...result, seed, about: story.about, operations };
}

async function explainFailure(
  seed: number,
  story: Story,
  violation: Violation,
  operations: readonly Operation[],
  attempts: number,
  run: (operations: readonly Operation[]) => Promise<RunResult>,
): Promise<SimulationFailure> {
  let seen = violation;
  const needed = await shrink(operations, attempts, async (some) => {
    const { violation: again } = await run(some);
    // Something else that is wrong is another story.
    if (again?.invariant !== violation.invariant) return false;
    seen = again;
    return true;
  });
  return new SimulationFailure(seed, story, seen, needed);
}

function runOptions(options: SimulationOptions): RunOptions {
  return {
    agreeWithinMs: options.agreeWithinMs ?? 120_000,
    downsTheDead: options.downsTheDead ?? false,
    invariants: options.invariants ?? (() => []),
    configure: options.configure,
    onStart: options.onStart,
  };
}
