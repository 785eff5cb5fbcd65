import { type ClusterSystem, noDowning, timeoutDowning } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { forEachSeed } from "../support/seeds.js";
import { areUnited, inShort, record, Simulation, seen, statusOf } from "../support/simulation.js";

/** Longer than it takes two sides to give each other up. */
const SPLIT_MS = 20_000;

const reachabilitiesIn = (systems: readonly ClusterSystem[]) => {
  return systems.flatMap(({ cluster }) => [...cluster.membership].map(({ reachability }) => reachability));
};
const hostsOf = (systems: readonly ClusterSystem[]) => systems.map(({ cluster }) => cluster.self.host);

/** So many members that found each other in the registry, at rest. */
async function formed(world: Simulation, count: number): Promise<ClusterSystem[]> {
  const systems: ClusterSystem[] = await world.startMany(count);
  await world.united(systems);
  await world.clock.advance(5_000);
  return systems;
}

describe("a network that was split for so long that each side has removed the other", () => {
  it.each([
    ["the larger one lives", 2, 5],
    ["the larger one lives, if it has the lower addresses as well", 3, 5],
    ["of equals the one with the lowest address lives", 2, 4],
    ["of two nodes the lower one lives", 1, 2],
  ])("is settled once it is whole: %s", async (_, first, count) => {
    await forEachSeed(10, async (seed) => {
      await using world = new Simulation({ seed, discovery: true });
      const systems = await formed(world, count);
      const sides = [systems.slice(0, first), systems.slice(first)] as const;
      world.network.partition(...sides.map(hostsOf));
      await world.clock.advance(SPLIT_MS);
      for (const side of sides) expect(areUnited(side)).toBe(true);
      const [lives, goes] = sides[0].length >= sides[1].length ? sides : [sides[1], sides[0]];
      const events = lives.map(record);
      world.network.heal();
      const ends = await world.clock.settle(Promise.all(goes.map(({ terminated }) => terminated)));
      expect(ends).toEqual(goes.map(() => ({ reason: "downed" })));
      expect(areUnited(lives)).toBe(true);
      expect(events.flat().map(inShort)).toEqual(lives.map(() => `snapshot of ${lives.length}`));
      const again: ClusterSystem[] = [];
      for (const system of goes) again.push(await world.restart(system));
      await world.united([...lives, ...again]);
    });
  });

  it("into three leaves one of them", async () => {
    await forEachSeed(10, async (seed) => {
      await using world = new Simulation({ seed, discovery: true });
      const systems = await formed(world, 6);
      const sides = [systems.slice(0, 1), systems.slice(1, 3), systems.slice(3)];
      world.network.partition(...sides.map(hostsOf));
      await world.clock.advance(SPLIT_MS);
      for (const side of sides) expect(areUnited(side)).toBe(true);
      world.network.heal();
      await world.clock.settle(Promise.all(systems.slice(0, 3).map(({ terminated }) => terminated)));
      await world.clock.advance(20_000);
      expect(areUnited(systems.slice(3))).toBe(true);
    });
  });
});

describe("a network that is whole again while its sides give each other up", () => {
  it("leaves one cluster, and hardly ever fewer than the smaller side", async () => {
    const left: number[] = [];
    // From before the first is downed until after the last is removed, and while connections to them are still open.
    for (let lengthMs = 2_000; lengthMs < 6_000; lengthMs += 250) {
      await forEachSeed(6, async (seed) => {
        const options = { seed: seed * 10_000 + lengthMs, discovery: true, retransmits: seed % 2 === 0 };
        await using world = new Simulation(options);
        const systems = await formed(world, 5);
        world.network.partition(hostsOf(systems.slice(0, 2)), hostsOf(systems.slice(2)));
        await world.clock.advance(lengthMs);
        world.network.heal();
        await world.clock.advance(40_000);
        expect(areUnited(world.running)).toBe(true);
        left.push(world.running.length);
      });
    }
    expect(Math.min(...left)).toBeGreaterThan(0);
    expect(left.filter((count) => count < 2).length).toBeLessThanOrEqual(2);
  }, 120_000);
});

describe("a network that was split for a moment", () => {
  it("is whole again, without anybody downed, if it heals before the time-out", async () => {
    await forEachSeed(20, async (seed) => {
      await using world = new Simulation({ seed });
      const systems: readonly ClusterSystem[] = await world.form(5);
      await world.clock.advance(5_000);
      world.network.partition(hostsOf(systems.slice(0, 2)), hostsOf(systems.slice(2)));
      await world.clock.advance(2_000);
      world.network.heal();
      await world.clock.advance(20_000);
      expect(areUnited(systems)).toBe(true);
      expect(new Set(reachabilitiesIn(systems))).toEqual(new Set(["reachable"]));
    });
  });

  it.each([10_000, 60_000, 300_000])(
    "for %i ms is whole again in 5 s, though TCP would wait up to as long again",
    async (lengthMs) => {
      await forEachSeed(10, async (seed) => {
        await using world = new Simulation({
          seed,
          retransmits: true,
          configure: (settings) => {
            settings.downing = noDowning();
          },
        });
        const systems: readonly ClusterSystem[] = await world.form(5);
        await world.clock.advance(5_000);
        world.network.partition(hostsOf(systems.slice(0, 2)), hostsOf(systems.slice(2)));
        await world.clock.advance(lengthMs);
        expect(reachabilitiesIn(systems)).toContain("unreachable");
        world.network.heal();
        await world.clock.until(
          () => !reachabilitiesIn(systems).includes("unreachable"),
          5_000,
          "that all are reachable",
        );
        expect(areUnited(systems)).toBe(true);
      });
    },
  );

  it("is whole again after ten minutes where nobody is downed, with one leader", async () => {
    await using world = new Simulation({
      configure: (settings) => {
        settings.downing = noDowning();
      },
    });
    const systems = await world.form(5);
    world.network.partition(hostsOf(systems.slice(0, 2)), hostsOf(systems.slice(2)));
    await world.clock.advance(600_000);
    expect(systems.map(({ cluster }) => cluster.leader?.node.host)).toEqual([
      "10.0.0.1",
      "10.0.0.1",
      "10.0.0.3",
      "10.0.0.3",
      "10.0.0.3",
    ]);
    world.network.heal();
    await world.clock.advance(60_000);
    expect(areUnited(systems)).toBe(true);
    expect(systems.map(({ cluster }) => cluster.leader?.node.host)).toEqual(Array(5).fill("10.0.0.1"));
  });
});

describe("two islands of one system", () => {
  it("that formed apart become one cluster, and nobody is downed, when discovery shows one to the other", async () => {
    await forEachSeed(10, async (seed) => {
      await using world = new Simulation({ seed, discovery: true });
      world.network.partition(["10.0.0.1", "10.0.0.2"], ["10.0.0.3", "10.0.0.4", "10.0.0.5"]);
      const systems: readonly ClusterSystem[] = await world.startMany(5);
      const islands = [systems.slice(0, 2), systems.slice(2)];
      for (const island of islands) await world.united(island);
      await world.clock.advance(seed * 700);
      const events = systems.map(record);
      world.network.heal();
      await world.united(systems);
      expect(
        events
          .flat()
          .map(inShort)
          .filter((event) => /down|unreachable/.test(event)),
      ).toEqual([]);
    });
  });
});

describe("a member that was removed while it could not be told", () => {
  it("learns of it when it is heard again, ends, and can be started anew", async () => {
    await forEachSeed(10, async (seed) => {
      await using world = new Simulation({ seed, discovery: true });
      const [a, b, c] = (await formed(world, 3)) as [ClusterSystem, ClusterSystem, ClusterSystem];
      world.pause(c, 60_000);
      await world.united([a, b]);
      expect(statusOf(c, c)).toBe("up");
      await expect(world.clock.settle(c.terminated, 90_000)).resolves.toEqual({ reason: "downed" });
      expect([a, b].map(seen)).toEqual(Array(2).fill("1 up, 2 up"));
      await world.united([a, b, await world.restart(c)]);
    });
  });

  it("is refused by name until then", async () => {
    await using world = new Simulation({
      discovery: true,
      configure: (settings) => {
        settings.downing = timeoutDowning();
        settings.onDown.action = "none";
      },
    });
    const [a, b, c] = (await formed(world, 3)) as [ClusterSystem, ClusterSystem, ClusterSystem];
    world.network.cut(hostsOf([c]), hostsOf([a, b]));
    await world.united([a, b]);
    await world.clock.advance(SPLIT_MS);
    world.network.heal();
    await world.clock.until(() => c.cluster.explain().situation.code === "DOWN", 60_000, "that the third knows");
    expect(c.cluster.explain().rejections).toHaveProperty("TOMBSTONED");
    await world.clock.advance(60_000);
    expect(areUnited([a, b])).toBe(true);
  });
});
