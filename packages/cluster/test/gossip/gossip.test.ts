import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLiving, MEMBER_STATUSES } from "../../src/membership/member.js";
import { UniqueNode } from "../../src/node.js";
import { RUNS } from "../support/arbitraries.js";
import { GossipNetwork, type GossipPeer } from "../support/gossip-network.js";
import { entry, node } from "../support/nodes.js";

/** A network whose nodes know each other and have nothing left to say but digests. */
function atRest(size: number): GossipNetwork {
  const network = new GossipNetwork(size).introduceAll();
  for (let step = 0; step < 20 * size; step++) network.step();
  return network;
}

function letters(network: GossipNetwork): string[] {
  const name = ({ host }: { host: string }) => host.replace(/^.*\./, "");
  return network.mail.map(({ from, to, message }) => `${name(from)} → ${name(to)}: ${message.kind}`);
}

describe("gossip", () => {
  it("pushes news at once, to everybody", () => {
    const network = atRest(4);
    const [first] = network.peers as [GossipPeer];
    network.decide(first, node(3), "up");
    first.gossip.wake(network.now);
    expect(letters(network).slice(0, 3).toSorted()).toEqual(["1 → 2: push", "1 → 3: push", "1 → 4: push"]);
    network.deliverAll();
    expect(network.agree()).toBe(true);
  });

  it("sends a storm of news in few pushes, the first of them at once", () => {
    const network = atRest(12);
    const [first] = network.peers as [GossipPeer];
    const begun = network.now;
    const pushed: [afterMs: number, entries: number][] = [];
    // A change each millisecond.
    for (let afterMs = 0; afterMs < 12 || first.gossip.nextAt < begun + 50; afterMs++) {
      network.now = begun + afterMs;
      network.decide(first, node(afterMs + 1), "up");
      first.gossip.wake(network.now);
      const [letter] = network.mail.splice(0);
      if (letter?.message.kind === "push") pushed.push([afterMs, letter.message.entries.length]);
    }
    expect(pushed).toEqual([
      [0, 1],
      [1, 1],
      [3, 2],
      [7, 4],
      [15, 4],
    ]);
  });

  it("tells who was downed, though it is no longer gossiped with", () => {
    const network = atRest(3);
    const [first, , third] = network.peers as [GossipPeer, GossipPeer, GossipPeer];
    network.decide(first, node(3), "down");
    first.gossip.wake(network.now);
    network.deliverAll();
    expect(third.table.get(node(3).id)?.status).toBe("down");
  });

  it("answers stale news of somebody who was removed with the removal", () => {
    const network = atRest(2);
    const [first, second] = network.peers as [GossipPeer, GossipPeer];
    for (const status of ["joining", "down", "removed"] as const) first.table.merge(entry(9, status), network.now);
    second.table.merge(entry(9, "up", 4), network.now);
    network.settle();
    expect([first, second].map(({ table }) => table.get(node(9).id))).toEqual([undefined, undefined]);
    expect(second.table.tombstones.find(node(9).id)).toEqual(node(9));
  });

  it("lets nobody in on the word of who has been removed, as that may have been under way for long", () => {
    const network = atRest(3);
    const [first, second] = network.peers as [GossipPeer, GossipPeer];
    const push = (of: number) => ({
      kind: "push" as const,
      entries: [entry(of, "joining")],
      forward: true,
      greeting: false,
    });
    first.table.merge(entry(second.self, "down"), network.now);
    first.table.merge(entry(second.self, "removed"), network.now);
    first.gossip.receive(second.self, push(9), network.now);
    expect(first.table.get(node(9).id)).toBeUndefined();
    first.gossip.receive(node(3), push(9), network.now);
    expect(first.table.get(node(9).id)?.status).toBe("joining");
  });

  it("tells a newcomer and its peer everything that the other knows, and passes it on", () => {
    const network = new GossipNetwork(3);
    const [a, b, c] = network.peers as [GossipPeer, GossipPeer, GossipPeer];
    network.associate(a, b);
    network.deliverAll();
    network.associate(b, c);
    network.deliverAll();
    expect([a, b, c].map(({ table }) => table.size)).toEqual([2, 3, 3]);
    b.gossip.wake(network.now);
    expect(letters(network)).toContain("2 → 1: push");
    network.deliverAll();
    expect(network.agree()).toBe(true);
  });

  it("repairs over open connections soon after a change, and meets everybody in turn at rest", () => {
    const network = new GossipNetwork(6, { isConnected: (nodeId) => nodeId === node(2).id }).introduceAll();
    const third = network.peers[2] as GossipPeer;
    /** Whom it meets in its next round, and how long after the one before. */
    const round = () => {
      for (;;) {
        const pauseMs = third.gossip.nextAt - network.now;
        network.now = third.gossip.nextAt;
        third.gossip.wake(network.now);
        const asked = network.mail
          .splice(0)
          .find(({ message }) => "answer" in message && message.answer === "different");
        if (asked !== undefined) return { pauseMs, met: asked.to.host };
      }
    };
    network.decide(third, node(3), "up");
    const rounds = Array.from({ length: 4 }, round);
    expect(rounds.map(({ met }) => met)).toEqual(Array(4).fill("10.0.0.2"));
    while (round().pauseMs < 750);
    expect(new Set(Array.from({ length: 10 }, () => round().met)).size).toBe(5);
  });

  it("ends an id that is claimed for two addresses, counts it, and tells everybody", () => {
    const network = atRest(3);
    const [first, second] = network.peers as [GossipPeer, GossipPeer];
    const double = new UniqueNode("test", "10.0.0.66", 7337, node(3).id);
    const message = { kind: "push", entries: [entry(double, "up", 9)], forward: true, greeting: false } as const;
    first.gossip.receive(second.self, message, network.now);
    first.gossip.wake(network.now);
    network.deliverAll();
    expect(first.gossip.duplicateIds).toBe(1);
    for (const { table } of network.peers)
      expect(table.get(node(3).id)).toMatchObject({ status: "down", node: node(3) });
    expect(network.agree()).toBe(true);
  });
});

describe("gossip at rest", () => {
  it("is one digest a node and round, and nothing else", () => {
    const network = atRest(10);
    const sent = new Map<string, number>();
    const until = network.now + 60_000;
    for (;;) {
      const next = Math.min(...network.peers.map(({ gossip }) => gossip.nextAt));
      if (next > until) break;
      network.now = next;
      for (const { gossip } of network.peers) gossip.wake(network.now);
      for (const { from, message } of network.mail) {
        expect(message).toMatchObject({ kind: "digest", answer: "different" });
        sent.set(from.id, (sent.get(from.id) ?? 0) + 1);
      }
      network.deliverAll();
    }
    // A round a second, up to 20 % more or less often.
    for (const count of sent.values()) expect(Math.abs(count - 60)).toBeLessThanOrEqual(6);
    expect(sent.size).toBe(10);
  });

  it("holds no rounds while digests go to members by another way, and holds them again when they do not", () => {
    const network = atRest(3);
    const third = network.peers[2] as GossipPeer;
    const begun = network.now;
    for (; network.now < begun + 10_000; network.now += 1_000) {
      third.gossip.compared(node(1).id, network.now);
      expect(third.gossip.nextAt).toBeGreaterThanOrEqual(network.now + 1_800);
    }
    // One is left out: until it is certain that another ping does not come.
    expect(third.gossip.nextAt).toBeLessThan(network.now + 1_200);
    network.now = third.gossip.nextAt;
    third.gossip.wake(network.now);
    expect(letters(network)).toEqual([expect.stringMatching(/^3 → [12]: digest$/)]);
  });

  it.each<[string, (network: GossipNetwork, from: GossipPeer) => string]>([
    [
      "something changed just now",
      (network, from) => {
        network.decide(from, node(2), "up");
        return node(2).id;
      },
    ],
    ["they go to somebody who is no member", () => node(9).id],
    [
      "the one they go to is unreachable",
      (_, from) => {
        from.table.setReachability(node(2).id, "unreachable");
        return node(2).id;
      },
    ],
    [
      "it leads, and has to ask for a report",
      (network, from) => {
        from.table.merge(entry(9, "joining"), network.now);
        // Until what changed is no news any more.
        for (let rounds = 0; rounds < 20; rounds++) network.step();
        return node(2).id;
      },
    ],
  ])("holds its rounds all the same when %s", (_, prepare) => {
    const network = atRest(3);
    const [first] = network.peers as [GossipPeer];
    const to = prepare(network, first);
    const { nextAt } = first.gossip;
    first.gossip.compared(to, network.now);
    expect(first.gossip.nextAt).toBe(nextAt);
  });
});

describe("gossip by rounds alone, without pushes", () => {
  /**
   * How many rounds it takes until all know everything, where a round is one exchange begun by every node.
   *
   * @param informed how many of the nodes know something that the others do not
   */
  function roundsToConverge(size: number, informed: number, seed: number): number {
    const network = new GossipNetwork(size, {
      seed,
      gossip: { minIntervalMs: 1_000, intervalMs: 1_000, jitter: 0 },
      carries: ({ message }) => message.kind !== "push",
    }).introduceAll();
    for (const { table, self } of network.peers.slice(0, informed)) table.merge(entry(self, "up", 1), 0);
    for (let round = 1; round <= 20; round++) {
      network.now += 1_000;
      for (const { gossip } of network.peers) {
        gossip.wake(network.now);
        // An exchange takes a few milliseconds of a round, so two seldom overlap.
        network.deliverAll();
      }
      if (network.agree()) return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  const seeds = Array.from({ length: 100 }, (_, seed) => seed);

  it.each([
    [3, 3],
    [10, 4],
  ])("spreads one change among %d nodes within %d rounds, whatever the seed", (size, bound) => {
    const rounds = seeds.map((seed) => roundsToConverge(size, 1, seed));
    expect(Math.max(...rounds)).toBeLessThanOrEqual(bound);
  });

  it.each([
    [3, 3],
    [10, 4],
  ])(
    "makes %d nodes that each know something else agree within %d rounds, but for one seed in twenty",
    (size, bound) => {
      const rounds = seeds.map((seed) => roundsToConverge(size, size, seed));
      expect(rounds.filter((count) => count > bound).length).toBeLessThanOrEqual(5);
      expect(Math.max(...rounds)).toBeLessThanOrEqual(bound + 1);
    },
  );
});

describe("gossip over a network that loses, repeats and reorders", () => {
  const pick = fc.nat(1_000);
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("deliver" as const), which: pick }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), which: pick }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat" as const), which: pick }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), which: pick }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("associate" as const), which: pick, other: pick }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("decide" as const),
        which: pick,
        other: pick,
        status: fc.constantFrom(...MEMBER_STATUSES),
      }),
    },
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  function run(network: GossipNetwork, steps: readonly Step[]): void {
    const { peers, mail } = network;
    const peer = (which: number) => peers[which % peers.length] as GossipPeer;
    for (const each of steps) {
      const at = mail.length === 0 ? -1 : each.which % mail.length;
      if (each.kind === "deliver" && at >= 0) for (const letter of mail.splice(at, 1)) network.deliver(letter);
      else if (each.kind === "lose" && at >= 0) mail.splice(at, 1);
      else if (each.kind === "repeat" && at >= 0) mail.push(mail[at] as (typeof mail)[number]);
      else if (each.kind === "associate") network.associate(peer(each.which), peer(each.other));
      else if (each.kind === "decide") network.decide(peer(each.which), peer(each.other).self, each.status);
      else if (each.kind === "wait") {
        network.now += each.which;
        for (const { gossip } of peers) gossip.wake(network.now);
      }
    }
  }

  it.each([2, 4])("ends with %d nodes that agree, once the network works again", (size) => {
    const property = fc.property(fc.integer(), fc.array(step, { maxLength: 60 }), (seed, steps) => {
      const network = new GossipNetwork(size, { seed });
      run(network, steps);
      const { peers } = network;
      for (const peer of peers.slice(1)) network.associate(peers[0] as GossipPeer, peer);
      network.deliverAll();
      // Whoever somebody has downed is out of it: nobody is bound to tell it anything any more.
      const isDowned = ({ id }: { id: string }) =>
        peers.some(({ table }) => {
          const known = table.get(id);
          return table.tombstones.find(id) !== undefined || (known !== undefined && !isLiving(known));
        });
      network.settle(() => peers.filter(({ self }) => !isDowned(self)));
    });
    fc.assert(property, RUNS);
  });
});
