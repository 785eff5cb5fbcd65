import { type Random, shuffled } from "@rollcall/core";
import { seededRandom } from "../seeded-random.js";
import { type Happening, LIES, type Operation } from "./operation.js";

export interface GeneratorOptions {
  /** How many nodes there are to be started. */
  readonly nodes: number;
  /** How many operations to make, besides starting the first nodes. */
  readonly steps: number;
  /** Starts every node once and ends none, whatever else happens. Default false. */
  readonly onlyStarts?: boolean;
}

/**
 * Makes a story up: some nodes start, then things happen. Links that suffer do so mildly enough that no failure detector
 * may take a node for dead because of it; what may look like death stands in the ledger of faults.
 */
export function generateOperations(seed: number, options: GeneratorOptions): Operation[] {
  const { nodes, steps, onlyStarts = false } = options;
  const random = seededRandom(`${seed} operations`);
  const starts = shuffled(Array(nodes).keys(), random).map((node): Operation => {
    return { kind: "start", node, thenMs: chance(random, 0.7) ? 0 : between(random, 1, 300) };
  });
  const atFirst = between(random, 2, nodes);
  const chapters = Array.from({ length: steps }, (): Operation => {
    return { ...happening(random, nodes), thenMs: pauseMs(random) };
  });
  if (!onlyStarts) {
    // So that most stories end with a cluster.
    const again = starts.filter(() => chance(random, 0.5));
    return [...starts.slice(0, atFirst), ...chapters, ...again];
  }
  const rest = [...starts.slice(atFirst), ...chapters.filter(({ kind }) => !ENDINGS.has(kind) && kind !== "start")];
  return [...starts.slice(0, atFirst), ...shuffled(rest, random)];
}

/** After these somebody is gone, or another incarnation. */
const ENDINGS: ReadonlySet<string> = new Set(["kill", "power-off", "restart", "leave"]);

/** Most things follow each other closely; now and then there is time for what takes long. */
function pauseMs(random: Random): number {
  if (chance(random, 0.25)) return 0;
  if (chance(random, 0.6)) return between(random, 1, 500);
  return between(random, 500, chance(random, 0.3) ? 20_000 : 4_000);
}

type Maker = (random: Random, nodes: number) => Happening;

/** What can happen, and how often compared with the rest. */
const HAPPENINGS: readonly (readonly [weight: number, make: Maker])[] = [
  [6, (random, nodes) => ({ kind: "start", node: oneOf(random, nodes) })],
  [2, (random, nodes) => ({ kind: "kill", node: oneOf(random, nodes) })],
  [1, (random, nodes) => ({ kind: "power-off", node: oneOf(random, nodes) })],
  [3, (random, nodes) => ({ kind: "restart", node: oneOf(random, nodes) })],
  [2, (random, nodes) => ({ kind: "leave", node: oneOf(random, nodes) })],
  [2, (random, nodes) => ({ kind: "pause", node: oneOf(random, nodes), ms: between(random, 10, 8_000) })],
  [3, (random, nodes) => ({ kind: "partition", groups: groups(random, nodes, 0) })],
  [1, (random, nodes) => ({ kind: "partition", groups: groups(random, nodes, 1) })],
  [1, oneWay],
  [4, () => ({ kind: "heal" })],
  [1, (random) => ({ kind: "impair", ...conditions(random) })],
  [1, (random, nodes) => ({ kind: "impair-node", node: oneOf(random, nodes), ...conditions(random) })],
  [1, () => ({ kind: "repair" })],
  [3, (random, nodes) => ({ kind: "break", nodes: pair(random, nodes) })],
  [2, (random, nodes) => ({ kind: "meet", nodes: pair(random, nodes) })],
  [1, () => ({ kind: "registry-fails" })],
  [1, () => ({ kind: "registry-recovers" })],
  [2, (random) => ({ kind: "registry-lies", lists: LIES[oneOf(random, LIES.length)] as (typeof LIES)[number] })],
  [2, () => ({ kind: "registry-tells-the-truth" })],
];

const WEIGHTS = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

function happening(random: Random, nodes: number): Happening {
  let at = random() * WEIGHTS;
  for (const [weight, make] of HAPPENINGS) {
    at -= weight;
    if (at < 0) return make(random, nodes);
  }
  return { kind: "heal" };
}

/** Two or three groups, none empty; the bridges are in none of them. */
function groups(random: Random, nodes: number, bridges: number): number[][] {
  const order = shuffled(Array(nodes).keys(), random).slice(bridges);
  const count = order.length > 2 && chance(random, 0.2) ? 3 : 2;
  const cuts = shuffled(Array(Math.max(0, order.length - 1)).keys(), random)
    .slice(0, count - 1)
    .map((cut) => cut + 1)
    .sort((a, b) => a - b);
  return [0, ...cuts].map((start, at) => order.slice(start, cuts[at]).sort((a, b) => a - b));
}

function oneWay(random: Random, nodes: number): Happening {
  const [from = [], to = []] = groups(random, nodes, 0);
  return { kind: "one-way", from, to };
}

function conditions(random: Random): { latencyMs: readonly [number, number]; loss: number } {
  const least = between(random, 0, 30);
  return { latencyMs: [least, least + between(random, 1, 50)], loss: between(random, 0, 5) / 100 };
}

function pair(random: Random, nodes: number): readonly [number, number] {
  const a = oneOf(random, nodes);
  const b = oneOf(random, nodes - 1);
  return [a, b < a ? b : b + 1];
}

function oneOf(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** A whole number, both bounds included. */
function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

function chance(random: Random, probability: number): boolean {
  return random() < probability;
}
