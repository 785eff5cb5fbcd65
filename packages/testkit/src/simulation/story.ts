import {
  type ClusterSettings,
  type DowningStrategy,
  downAll,
  keepMajority,
  keepOldest,
  staticQuorum,
  timeoutDowning,
} from "@rollcall/cluster";
import { seededRandom } from "../seeded-random.js";
import { generateOperations } from "./generate-operations.js";
import type { Operation } from "./operation.js";

/** What a run is about, all of it made from the seed. */
export interface Story {
  /** In a few words. */
  readonly about: string;
  readonly size: number;
  readonly operations: readonly Operation[];
  /**
   * Whether nodes are only ever started, each once, under a formation guard that asks for more than half of them: so that
   * there must never be two clusters.
   */
  readonly isFirstStart: boolean;
  /** Whether nodes have actors: one of each that is registered, and a singleton. */
  readonly hasActors: boolean;
  readonly configure: (settings: ClusterSettings) => void;
}

export interface StoryOptions {
  /** How many nodes: so many, or from so many to so many. Default 5 to 9. */
  readonly nodes?: number | readonly [least: number, most: number];
  /** How much happens besides the first starts. Default 25. */
  readonly steps?: number;
}

/** One story in so many is about the first start. */
const FIRST_STARTS = 6;
/** One story in so many has actors. */
const WITH_ACTORS = 3;

/** What the story of a seed is about, in a few words, as its result says it: without playing it. */
export function describeStory(seed: number, options?: StoryOptions): string {
  return makeStory(seed, options).about;
}

export function makeStory(seed: number, { nodes = [5, 9], steps = 25 }: StoryOptions = {}): Story {
  const random = seededRandom(`${seed} story`);
  const [least, most] = typeof nodes === "number" ? [nodes, nodes] : nodes;
  const size = least + Math.floor(random() * (most - least + 1));
  const isFirstStart = Math.floor(random() * FIRST_STARTS) === 0;
  const quorum = Math.floor(size / 2) + 1;
  const strategies: readonly (() => DowningStrategy)[] = [
    timeoutDowning,
    keepMajority,
    keepOldest,
    () => staticQuorum({ size: quorum }),
    downAll,
  ];
  const strategy = strategies[Math.floor(random() * strategies.length)] as () => DowningStrategy;
  const downing = strategy();
  const hasActors = Math.floor(seededRandom(`${seed} actors`)() * WITH_ACTORS) === 0;
  return {
    about: `${isFirstStart ? "first start of " : ""}${size} nodes${hasActors ? " with actors" : ""}, ${downing.name}`,
    size,
    isFirstStart,
    hasActors,
    operations: generateOperations(seed, { nodes: size, steps, onlyStarts: isFirstStart }),
    configure(settings) {
      settings.downing = downing;
      if (isFirstStart) settings.formation.minimumMembers = quorum;
    },
  };
}
