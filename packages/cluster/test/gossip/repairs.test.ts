import { describe, expect, it } from "vitest";
import { GossipNetwork, type GossipPeer } from "../support/gossip-network.js";
import { entry, node } from "../support/nodes.js";

/** How many of a hundred peers a node sends a summary, if all tell it at once that they hold something else. */
function summariesSent(members: number, network = new GossipNetwork(1)): number {
  const [late] = network.peers as [GossipPeer];
  for (let made = 2; made <= members; made++) late.table.merge(entry(node(2, made), "joining"), network.now);
  network.mail.length = 0;
  for (let asker = 0; asker < 100; asker++) {
    const digest = { kind: "digest", digest: { high: asker + 1, low: 1 }, answer: "different" } as const;
    late.gossip.receive(node(3, asker), digest, network.now);
  }
  return network.mail.filter(({ message }) => message.kind === "summary").length;
}

describe("repairs", () => {
  it.each([
    [5, 100],
    [10, 51],
    [100, 5],
    [300, 1],
    [1_000, 1],
  ])(
    "are begun at once with all who differ in a cluster of %d, as far as 512 hashes go: with %d of 100",
    (members, repairs) => {
      expect(summariesSent(members)).toBe(repairs);
    },
  );

  it("go on when the shortest pause between rounds is over", () => {
    const network = new GossipNetwork(1, { gossip: { minIntervalMs: 50 } });
    expect(summariesSent(300, network)).toBe(1);
    network.now += 49;
    expect(summariesSent(300, network)).toBe(0);
    network.now += 1;
    expect(summariesSent(300, network)).toBe(1);
  });
});
