import { SWIM_PRESETS } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { Outages } from "../support/outages.js";
import { forEachSeed } from "../support/seeds.js";
import { SwimNetwork } from "../support/swim-network.js";

const OTHERS = [1, 2, 3, 4];

/** Five nodes that have been together for a while, at a random moment. */
function five(seed: number, options = {}): { network: SwimNetwork; outages: Outages } {
  const network = new SwimNetwork({ size: 5, seed, options });
  network.run(10_000 * (0.5 + network.random()));
  return { network, outages: new Outages(network) };
}

describe("a process that stalls for two seconds", () => {
  it.each(["timers", "messages"] as const)(
    "is downed by nobody after a second, when it goes on with its %s",
    (first) => {
      forEachSeed(300, (seed) => {
        const { network, outages } = five(seed);
        network.pause(0);
        network.run(2000);
        network.resume(0, first);
        network.run(20_000);
        expect(outages.longestMs).toBeLessThan(850);
        expect(network.views(0)).toEqual(OTHERS.map(() => "reachable"));
      });
    },
  );

  it("is not even unreachable if it is one second", () => {
    forEachSeed(200, (seed) => {
      const { network, outages } = five(seed);
      network.pause(0);
      network.run(1000);
      network.resume(0);
      network.run(10_000);
      expect(outages.verdicts).toBe(0);
    });
  });
});

describe("an event loop that stalls for five seconds", () => {
  it.each(["timers", "messages"] as const)("makes nobody suspect with it, when it goes on with its %s", (first) => {
    forEachSeed(200, (seed) => {
      const { network } = five(seed);
      const others = new Outages(network, ({ observer }) => observer === 0);
      network.pause(0);
      network.run(5000);
      network.resume(0, first);
      network.run(30_000);
      expect([others.suspicions, others.verdicts]).toEqual([0, 0]);
    });
  });

  it("is not unreachable with anybody if that is within the window of suspicion, as with the preset wan", () => {
    forEachSeed(100, (seed) => {
      const { network, outages } = five(seed, SWIM_PRESETS.wan);
      network.pause(0);
      network.run(5000);
      network.resume(0);
      network.run(60_000);
      expect(outages.verdicts).toBe(0);
    });
  });

  it("over and over does no harm to anybody else", () => {
    const network = new SwimNetwork({ size: 10 });
    const healthy = new Outages(network, ({ subject }) => subject > 1);
    for (let times = 0; times < 100; times++) {
      for (const sick of [0, 1]) network.pause(sick);
      network.run(5000 * network.random());
      for (const sick of [0, 1]) network.resume(sick);
      network.run(1000 * network.random());
    }
    expect([healthy.suspicions, healthy.verdicts]).toEqual([0, 0]);
  });
});

describe("a connection that is dropped", () => {
  it("is there again in a moment, and is no reason to think anything", () => {
    forEachSeed(100, (seed) => {
      const { network, outages } = five(seed);
      for (const other of OTHERS) network.breakConnection(0, other);
      network.run(10_000);
      expect([outages.suspicions, outages.verdicts]).toEqual([0, 0]);
    });
  });
});

describe("a proxy before a node that is restarted, and refuses everybody for half a second", () => {
  it("may make it unreachable, but for less than a second, so that nobody who waits for that downs it", () => {
    forEachSeed(200, (seed) => {
      const { network, outages } = five(seed);
      network.refuse(0);
      for (const other of OTHERS) {
        network.refuse(other, [0]);
        network.breakConnection(0, other);
      }
      network.run(25);
      expect(network.views(0)).toEqual(OTHERS.map(() => "unreachable"));
      network.run(475);
      network.accept();
      const took = network.until(() => network.views(0).every((view) => view === "reachable"), 10_000);
      // Unreachable from some 5 ms on; looked after every 200 ms; and heard of at once.
      expect(took).toBeLessThan(250);
      network.run(20_000);
      expect(outages.longestMs).toBeLessThan(800);
      expect(outages.downed).toBe(0);
    });
  });

  it("makes it unreachable for no longer than it takes to dial, if the node can dial out itself", () => {
    forEachSeed(100, (seed) => {
      const { network, outages } = five(seed);
      network.refuse(0);
      for (const other of OTHERS) network.breakConnection(0, other);
      network.run(20_000);
      expect(outages.longestMs).toBeLessThan(50);
    });
  });
});

describe("a firewall that refuses a node", () => {
  it.each([[[1]], [[1, 2]]])("to %j of four others, but not to all, is no reason to suspect it", (refusing) => {
    forEachSeed(100, (seed) => {
      const { network, outages } = five(seed);
      network.refuse(0, refusing);
      for (const other of refusing) {
        network.refuse(other, [0]);
        network.breakConnection(0, other);
      }
      network.run(60_000);
      expect(outages.verdicts).toBe(0);
    });
  });
});

describe("a link that is half open", () => {
  it("between two nodes is made up for by the others", () => {
    forEachSeed(100, (seed) => {
      const { network, outages } = five(seed);
      network.cut([0], [1], "one-way");
      network.run(60_000);
      expect([outages.suspicions, outages.verdicts]).toEqual([0, 0]);
    });
  });

  it("from a node to all others makes that node unreachable, and no other", () => {
    forEachSeed(50, (seed) => {
      const { network } = five(seed);
      const others = new Outages(network, ({ observer, subject }) => observer !== 0 && subject !== 0);
      network.cut([0], OTHERS, "one-way");
      network.until(() => network.views(0).every((view) => view === "unreachable"), 10_000);
      network.run(30_000);
      expect(network.views(0)).toEqual(OTHERS.map(() => "unreachable"));
      expect([others.suspicions, others.verdicts]).toEqual([0, 0]);
    });
  });

  it("from all others to a node makes that node unreachable, and it does not come and go with what it sends", () => {
    forEachSeed(50, (seed) => {
      const { network } = five(seed);
      network.cut(OTHERS, [0], "one-way");
      network.until(() => network.views(0).every((view) => view === "unreachable"), 10_000);
      const outages = new Outages(network, ({ observer }) => observer !== 0);
      network.run(60_000);
      expect(network.views(0)).toEqual(OTHERS.map(() => "unreachable"));
      expect(outages.verdicts).toBe(0);
      network.heal();
      network.until(() => network.views(0).every((view) => view === "reachable"), 5000);
    });
  });
});
