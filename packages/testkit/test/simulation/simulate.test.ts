import {
  type ClusterSettings,
  type ClusterSystem,
  type DowningStrategy,
  keepMajority,
  keepOldest,
  noDowning,
  staticQuorum,
} from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import type { Invariant } from "../../src/simulation/invariant.js";
import { simulate } from "../../src/simulation/simulate.js";
import { SimulationFailure } from "../../src/simulation/simulation-failure.js";

const failureOf = async (running: Promise<unknown>): Promise<SimulationFailure> => {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SimulationFailure) return error;
  throw error ?? new Error("it did not fail");
};

describe("a simulation", () => {
  it("holds for the first seeds", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { frames, virtualMs, agreedAfterMs } = await simulate({ seed });
      expect(frames).toBeGreaterThan(0);
      expect(virtualMs).toBeGreaterThan(10_000);
      expect(agreedAfterMs).toBeLessThan(120_000);
    }
  });

  it.each([
    [774, "a node that lost power right after a handshake kept a connection to it open for good"],
    [994, "the same, with other nodes"],
    [6_958, "the last words of a removed node, late, made a dead one a member"],
    [4_588, "a node that was up was thought to be content alone, and then gave itself up"],
    [19_763, "a node that was left alone before it was up waited for a dead one to be downed, by nobody"],
    [47_879, "such a node waited for one that had been up"],
    [39_223, "a node that was known in two clusters let both of them have a singleton while they met"],
    [59_297, "a first start that was split made two clusters"],
    [88_174, "a process that stood still in a first start began a cluster of its own"],
    [51_490, "a second cluster began when the first had given itself up"],
  ])("holds for seed %i, with which %s once", async (seed) => {
    expect((await simulate({ seed, shrinkAttempts: 0 })).agreedAfterMs).toBeDefined();
  });

  it("holds for a cluster of forty", async () => {
    const { about } = await simulate({ seed: 1, nodes: 40, steps: 15 });
    expect(about).toContain("40 nodes");
  });

  it("is the same, frame by frame, with the same seed, and another with another", async () => {
    const traces = [];
    for (const seed of [3, 3, 4]) traces.push((await simulate({ seed })).trace);
    expect(traces[0]).toBe(traces[1]);
    expect(traces[0]).not.toBe(traces[2]);
  });

  it("is the same with the same seed also when nodes have a secret, and frames are sealed", async () => {
    const configure = (settings: ClusterSettings) => {
      settings.secret = "known to every node of the story";
    };
    const traces = [];
    for (const given of [{ configure }, { configure }, {}]) traces.push((await simulate({ seed: 3, ...given })).trace);
    expect(traces[0]).toBe(traces[1]);
    expect(traces[0]).not.toBe(traces[2]);
  });

  it("has as many nodes and as much happening as asked for", async () => {
    const { about, operations } = await simulate({ seed: 2, nodes: [3, 3], steps: 5 });
    expect(about).toContain("3 nodes");
    expect(operations.filter(({ kind }) => kind !== "start").length).toBeLessThanOrEqual(5);
  });

  it("tells of what does not hold: the seed, what happened, and how to see it again", async () => {
    // Somebody's own idea of what has to hold, which does not.
    const nobodyDies = (): Invariant => ({
      name: "nobody dies",
      onEvent: (event) =>
        event.kind === "membership" && event.to === "down" ? `${event.member.node.host} died` : undefined,
    });
    const invariants = () => [nobodyDies()];
    const failure = await failureOf(simulate({ seed: 1, invariants }));
    expect(failure.violation.invariant).toBe("nobody dies");
    expect(failure.message).toContain("With seed 1 (5 nodes, keep-majority) it does not hold that nobody dies.");
    expect(failure.message).toMatch(/At \d+ virtual ms 10\.0\.0\.\d died/);
    // One has to be there to see another one die.
    expect(failure.operations.length).toBeLessThanOrEqual(4);
    for (const operation of failure.operations) expect(failure.message).toContain(JSON.stringify(operation));
    const again = await failureOf(simulate({ seed: 1, operations: failure.operations, invariants, shrinkAttempts: 0 }));
    expect(again.violation).toEqual(failure.violation);
  });

  it("takes settings and programs of one's own, and shows all nodes to one's own invariants", async () => {
    const started: ClusterSystem[] = [];
    let seen = 0;
    let atRest = 0;
    await simulate({
      seed: 5,
      configure: (settings) => {
        settings.gossip.intervalMs = 500;
      },
      onStart: (system) => started.push(system),
      invariants: () => [
        {
          name: "whoever runs was started",
          check(scene) {
            seen++;
            if (scene.atRest) atRest++;
            return scene.running.every((system) => started.includes(system)) ? undefined : "somebody was not";
          },
        },
      ],
    });
    expect(started.length).toBeGreaterThan(2);
    expect(seen).toBeGreaterThan(25);
    expect(atRest).toBe(1);
  });

  // What always has to hold leaves it to these to give up a whole side once there was a fault.
  it.each<DowningStrategy>([keepMajority(), keepOldest(), staticQuorum({ size: 3 })])(
    "sees nobody down but the one that is killed, with $name",
    async (downing) => {
      const starts = [0, 1, 2, 3, 4].map((node) => ({ kind: "start", node, thenMs: node < 4 ? 0 : 10_000 }) as const);
      const down = new Set<string>();
      const onlyTheKilled = (): Invariant => ({
        name: "only that node is ever down",
        onEvent(event, _, { atRest }) {
          // In the end all of them leave.
          if (atRest || event.kind !== "membership" || event.to !== "down") return undefined;
          const { host } = event.member.node;
          down.add(host);
          return host === "10.0.0.4" ? undefined : `${host} is down`;
        },
      });
      await simulate({
        seed: 1,
        nodes: 5,
        operations: [...starts, { kind: "kill", node: 3, thenMs: 10_000 }],
        configure: (settings) => {
          settings.downing = downing;
        },
        invariants: () => [onlyTheKilled()],
        shrinkAttempts: 0,
      });
      expect([...down]).toEqual(["10.0.0.4"]);
    },
  );

  it("fails when nobody removes the dead, unless somebody does it by hand", async () => {
    const options = {
      seed: 1,
      operations: [
        { kind: "start", node: 0, thenMs: 100 },
        { kind: "start", node: 1, thenMs: 100 },
        { kind: "start", node: 2, thenMs: 3_000 },
        { kind: "kill", node: 1, thenMs: 3_000 },
      ] as const,
      configure: (settings: { downing: ReturnType<typeof noDowning> }) => {
        settings.downing = noDowning();
      },
      agreeWithinMs: 20_000,
      shrinkAttempts: 0,
    };
    const failure = await failureOf(simulate(options));
    expect(failure.violation.invariant).toBe("all agree in time");
    await simulate({ ...options, downsTheDead: true });
  });

  it("fails, and does not hang or crash, when a program of one's own throws or keeps time from passing", async () => {
    const throwing = simulate({
      seed: 1,
      shrinkAttempts: 0,
      invariants: () => [
        {
          name: "mine",
          check: () => {
            throw new Error("a mistake of mine");
          },
        },
      ],
    });
    const failure = await failureOf(throwing);
    expect(failure.violation.invariant).toBe("nothing throws");
    expect(failure.message).toContain("a mistake of mine");
  });
});
