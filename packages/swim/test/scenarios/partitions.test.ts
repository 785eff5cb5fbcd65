import { describe, expect, it } from "vitest";
import { forEachSeed } from "../support/seeds.js";
import { SwimNetwork } from "../support/swim-network.js";

/** Whether everybody on one side has a view of everybody on the other. */
function seesAcross(network: SwimNetwork, left: readonly number[], right: readonly number[], state: string): boolean {
  return left.every((a) => right.every((b) => network.view(a, b) === state && network.view(b, a) === state));
}

describe("a network that is split", () => {
  it.each([
    [5, 2, 10, 8_000],
    [10, 5, 10, 9_000],
    [100, 50, 2, 12_000],
  ])(
    "shows %i nodes, %i of them on one side, that the others are unreachable, and that they are not",
    (size, count, seeds, withinMs) => {
      forEachSeed(seeds, (seed) => {
        const network = new SwimNetwork({ size, seed });
        const all = network.nodes.map(({ index }) => index);
        const [left, right] = [all.slice(0, count), all.slice(count)];
        network.run(5000 + 1000 * network.random());
        let wrong = 0;
        network.onChange = ({ observer, subject }) => {
          if (observer < count === subject < count) wrong++;
        };
        network.cut(left, right);
        network.until(() => seesAcross(network, left, right, "unreachable"), withinMs);
        network.run(30_000);
        expect(seesAcross(network, left, right, "unreachable")).toBe(true);
        network.heal();
        network.until(() => seesAcross(network, left, right, "reachable"), 3000);
        network.run(20_000);
        expect(seesAcross(network, left, right, "reachable")).toBe(true);
        // And nobody has taken another one on his side for unreachable, whatever the other side said.
        expect(wrong).toBe(0);
      });
    },
  );

  it("leaves a bridge reachable for both sides", () => {
    const network = new SwimNetwork({ size: 5 });
    network.cut([0, 1], [3, 4]);
    network.run(60_000);
    // The bridge, 2, pings for both: nobody is unreachable to anybody.
    for (const { index } of network.nodes) expect(network.views(index)).toEqual(Array(4).fill("reachable"));
  });

  it("makes a node that comes back from being alone take nobody for unreachable, nor make others do so", () => {
    forEachSeed(20, (seed) => {
      const network = new SwimNetwork({ size: 5, seed });
      network.run(5000);
      network.cut([0], [1, 2, 3, 4]);
      network.run(60_000);
      expect([1, 2, 3, 4].map((other) => network.view(0, other))).toEqual(Array(4).fill("unreachable"));
      network.changes.length = 0;
      network.heal();
      network.run(30_000);
      expect(network.changes.filter(({ to }) => to !== "reachable")).toEqual([]);
      for (const { index } of network.nodes) expect(network.views(index)).toEqual(Array(4).fill("reachable"));
    });
  });
});
