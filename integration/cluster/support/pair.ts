import type { ClusterSystem } from "@rollcall/cluster";
import { expect } from "vitest";
import { everybodyUp, startNode, startNodeThatKnows } from "./node.ts";

/** How long the first of a pair bears with a stranger. */
export const HANDSHAKE_TIMEOUT_MS = 300;

export type Pair = readonly [first: ClusterSystem, second: ClusterSystem];

/** Two members, of which the first is impatient with strangers. */
export async function startPair(): Promise<Pair> {
  const first = await startNode(({ association }) => {
    association.handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS;
    // Everybody comes from the same address here.
    association.maxHandshakesPerAddress = association.maxHandshakes;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([first, second]);
  return [first, second];
}

/** Nobody went down or unreachable, and another node can still join through the first. */
export async function expectUnaffected(pair: Pair): Promise<void> {
  const [first] = pair;
  for (const { cluster } of pair) {
    expect([...cluster.membership].map(({ status, reachability }) => [status, reachability])).toEqual([
      ["up", "reachable"],
      ["up", "reachable"],
    ]);
  }
  const newcomer = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([...pair, newcomer]);
}
