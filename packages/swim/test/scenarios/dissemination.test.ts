import { SWIM_PRESETS } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { SwimNetwork } from "../support/swim-network.js";

const SIZE = 1000;

/** When each of the others learns that node 0 is in a state, in milliseconds after the first of them. */
function spread(network: SwimNetwork, state: string, happens: () => void, withinMs: number): number[] {
  const learnt: number[] = [];
  network.onChange = ({ at, subject, to }) => {
    if (subject === 0 && to === state) learnt.push(at);
  };
  happens();
  network.run(withinMs);
  const [first = 0] = learnt;
  return learnt.map((at) => at - first);
}

describe("news in a cluster of a thousand", () => {
  it.each([
    [0.05, 0.2, 1, 900],
    [0, 5, 20, 500],
  ])(
    "reaches all, with %d of all messages lost and %d to %d ms under way, within %i ms",
    (loss, least, most, limit) => {
      const network = new SwimNetwork({ size: SIZE, latencyMs: [least, most] });
      network.run(2000);
      network.loss = loss;
      // It can say nothing itself, so what is measured is what the others make of it.
      const suspected = spread(network, "suspect", () => network.pause(0), 6000);
      expect(suspected).toHaveLength(SIZE - 1);
      expect(Math.max(...suspected)).toBeLessThan(limit);
      const back = spread(network, "reachable", () => network.resume(0), 3000);
      expect(back).toHaveLength(SIZE - 1);
      expect(Math.max(...back)).toBeLessThan(limit);
    },
  );
});

describe("what happens to one in ten of three hundred members at once", () => {
  const size = 300;
  const gone = Array.from({ length: size / 10 }, (_, index) => 10 * index);

  /** When each survivor learns of each, in milliseconds from when it happens. */
  function learntAfter(happens: (network: SwimNetwork, index: number) => void): number[] {
    const network = new SwimNetwork({ size });
    network.run(2000);
    const learnt: number[] = [];
    let wrong = 0;
    network.onChange = ({ at, observer, subject, to }) => {
      if (to !== "unreachable" || network.node(observer).state !== "running") return;
      if (subject % 10 === 0) learnt.push(at - 2000);
      else wrong++;
    };
    for (const index of gone) happens(network, index);
    network.until(() => learnt.length === gone.length * (size - gone.length), 20_000);
    network.run(5000);
    expect(wrong).toBe(0);
    return learnt;
  }

  it("is known to all within a second, if they are killed", () => {
    expect(Math.max(...learntAfter((network, index) => network.kill(index)))).toBeLessThan(1000);
  });

  it("is known to all within SWIM's bound, if they are stopped", () => {
    // The last of thirty is first probed, by nine in ten, after some (ln 30 + 4.6) / 0.9 periods, if one in a hundred
    // takes longer; then come a period, a suspicion, and up to a second to tell it.
    const { probeIntervalMs, suspicionMinMs } = SWIM_PRESETS.lan;
    const bound = ((Math.log(gone.length) + 4.6) / 0.9 + 1) * probeIntervalMs + suspicionMinMs + 1000;
    expect(Math.max(...learntAfter((network, index) => network.pause(index)))).toBeLessThan(bound);
  });
});

describe("a cluster at rest", () => {
  it("costs each node as much, whether it has ten nodes or a thousand", () => {
    const [small, large] = [10, SIZE].map((size) => {
      const network = new SwimNetwork({ size });
      network.run(5000);
      const before = { ...network.sent };
      network.run(20_000);
      return {
        messages: (network.sent.total - before.total) / size / 20,
        updates: network.sent.updates - before.updates,
      };
    });
    // A ping and an ack for each of two probes a second. Few nodes come to probe at the same time; of many that did not
    // start together some are always early, by a quarter of a round at most.
    expect(small).toEqual({ messages: expect.closeTo(4, 1), updates: 0 });
    expect(large).toEqual({ messages: expect.any(Number), updates: 0 });
    expect(large?.messages).toBeGreaterThanOrEqual(4);
    expect(large?.messages).toBeLessThanOrEqual(4 * 1.1);
  });
});

describe("a node in the worst of times", () => {
  it("sends no more than so much: pings, answers, and a round of gossip per interval", () => {
    const size = 100;
    const network = new SwimNetwork({ size, loss: 0.3 });
    network.run(10_000);
    const before = network.sent.total;
    network.run(60_000);
    const perSecond = (network.sent.total - before) / size / 60;
    const { gossipIntervalMs, gossipFanout } = SWIM_PRESETS.lan;
    const gossip = (gossipFanout * 1000) / gossipIntervalMs;
    expect(perSecond).toBeLessThan(2.5 * gossip);
  });

  it("puts no more than so many updates into a message", () => {
    const size = 200;
    const network = new SwimNetwork({ size, options: { maxUpdatesPerMessage: 8 } });
    let most = 0;
    for (const { swim } of network.nodes) {
      const receive = swim.receive.bind(swim);
      swim.receive = (from, message, now) => {
        most = Math.max(most, (message.at(-1) as readonly unknown[]).length);
        receive(from, message, now);
      };
    }
    network.cut(
      network.nodes.slice(0, 100).map(({ index }) => index),
      network.nodes.slice(100).map(({ index }) => index),
    );
    network.run(20_000);
    expect(most).toBe(8);
  });
});
