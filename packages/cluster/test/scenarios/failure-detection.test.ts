import { type ClusterSystem, noDowning, SWIM_PRESETS } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { refusing } from "../support/refusing.js";
import { forEachSeed } from "../support/seeds.js";
import { areUnited, inShort, record, Simulation, statusOf } from "../support/simulation.js";

const SEEDS = 30;
/** How long it takes until connections to a removed member that does not answer are given up. */
const FAREWELLS_MS = 2_500;

/** Five members at rest, and one of them, another one and at another moment with each seed. */
async function five(world: Simulation, seed: number) {
  const systems = await world.form(5);
  await world.clock.advance(10_000 + seed * 37);
  const victim = systems[seed % systems.length] as ClusterSystem;
  return { systems, victim, others: systems.filter((system) => system !== victim) };
}

/** Lets time pass until a member is unreachable to all of these. @returns how long that took */
async function noticed(world: Simulation, gone: ClusterSystem, by: readonly ClusterSystem[]): Promise<number> {
  const from = world.clock.now();
  const { id } = gone.cluster.self;
  const isNoticed = ({ cluster }: ClusterSystem) => cluster.membership.get(id)?.reachability === "unreachable";
  await world.clock.until(() => by.every(isNoticed), 30_000, "that everybody has noticed");
  return world.clock.now() - from;
}

/** Who was unreachable to somebody at some moment, and who was downed, by the last part of the address. */
function losses(events: readonly ReturnType<typeof record>[]): { unreachable: string[]; down: string[] } {
  const changes = events.flat().map(inShort);
  const subjects = (ending: string) =>
    [
      ...new Set(changes.filter((change) => change.endsWith(ending)).map((change) => change.split(":")[0] ?? "")),
    ].sort();
  return { unreachable: subjects(": unreachable"), down: subjects("→ down") };
}

const nameOf = ({ cluster }: ClusterSystem) => cluster.self.host.split(".").at(-1);

const allReachable = (systems: readonly ClusterSystem[]) =>
  systems.every(({ cluster }) => [...cluster.membership].every(({ reachability }) => reachability === "reachable"));

describe("one of five whose process dies", () => {
  it("is unreachable to all others within 25 ms, and removed a second later", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      world.kill(victim);
      expect(await noticed(world, victim, others)).toBeLessThanOrEqual(25);
      const from = world.clock.now();
      await world.united(others);
      expect(world.clock.now() - from).toBeGreaterThan(990);
      expect(world.clock.now() - from).toBeLessThan(1_100);
    });
  });

  it("and whose address a node of another system takes over, is unreachable within 25 ms, and nobody else is", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      const events = others.map((system) => record(system));
      world.kill(victim);
      await world.start({ host: victim.cluster.self.host, system: "another" });
      expect(await noticed(world, victim, others)).toBeLessThanOrEqual(25);
      await world.united(others);
      expect(losses(events)).toEqual({ unreachable: [nameOf(victim)], down: [nameOf(victim)] });
    });
  });

  it("and whose address its next incarnation takes, is unreachable as soon as that answers, which joins nobody", async () => {
    await using world = new Simulation({
      configure: (settings) => {
        settings.downing = noDowning();
      },
    });
    const [a, b, c] = await world.form(3);
    await world.clock.advance(10_000);
    world.kill(c);
    const newcomer = await world.start({ host: c.cluster.self.host });
    expect(await noticed(world, c, [a, b])).toBeLessThan(100);
    expect(newcomer.cluster.membership.size).toBe(1);
    await world.remove(c, a, [a, b]);
  });

  it("because the machine lost its power, so that nothing refuses, is unreachable to all within 3 s", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      world.powerOff(victim);
      expect(await noticed(world, victim, others)).toBeLessThanOrEqual(3_000);
      await world.united(others);
      await world.clock.advance(FAREWELLS_MS);
    });
  });

  it("while another one joins: both changes reach everybody", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      const newcomer = await world.start();
      const joins = newcomer.cluster.join((others[seed % 4] as ClusterSystem).cluster.self);
      await world.clock.advance(seed / 10);
      world.kill(victim);
      await world.united([...others, newcomer]);
      await world.clock.settle(joins);
    });
  });

  it("as soon as it has joined, through itself: the newcomer stays, and finds the others", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      const newcomer = await world.start();
      await world.clock.settle(newcomer.cluster.join(victim.cluster.self));
      world.kill(victim);
      await world.united([...others, newcomer]);
    });
  });
});

describe("one of five whose process stands still", () => {
  it("is unreachable to all others within 3 s; when it goes on after twenty, it learns that it was downed", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { victim, others } = await five(world, seed);
      world.pause(victim, 20_000);
      expect(await noticed(world, victim, others)).toBeLessThanOrEqual(3_000);
      await world.united(others);
      expect(statusOf(victim, victim)).toBe("up");
      await expect(world.clock.settle(victim.terminated)).resolves.toEqual({ reason: "downed" });
      expect(areUnited(others)).toBe(true);
    });
  });

  it("for 2 s is downed by nobody and downs nobody", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { systems, victim } = await five(world, seed);
      const events = systems.map(record);
      world.pause(victim, 2_000);
      await world.clock.advance(20_000);
      expect(losses(events).down).toEqual([]);
      expect([areUnited(systems), allReachable(systems)]).toEqual([true, true]);
    });
  });

  it("for 5 s takes nobody with it", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { systems, victim, others } = await five(world, seed);
      const events = systems.map(record);
      world.pause(victim, 5_000);
      await world.clock.advance(30_000);
      expect(losses(events).down).toEqual([nameOf(victim)]);
      expect([areUnited(others), allReachable(others)]).toEqual([true, true]);
    });
  });

  it("for 5 s is downed by nobody where detection is more patient", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({
        seed,
        configure: (settings) => {
          settings.failureDetector = SWIM_PRESETS.wan;
        },
      });
      const { systems, victim } = await five(world, seed);
      const events = systems.map(record);
      world.pause(victim, 5_000);
      await world.clock.advance(60_000);
      expect(losses(events).down).toEqual([]);
      expect([areUnited(systems), allReachable(systems)]).toEqual([true, true]);
    });
  });
});

describe("members between which connections fail", () => {
  it("stay reachable when all of them break, again and again", async () => {
    await using world = new Simulation();
    const systems = await world.form(5);
    const events = systems.map(record);
    for (let times = 0; times < 50; times++) {
      for (const [at, a] of systems.entries()) {
        for (const b of systems.slice(at + 1)) world.network.breakConnections(a.cluster.self.host, b.cluster.self.host);
      }
      await world.clock.advance(100);
    }
    await world.clock.advance(20_000);
    expect(losses(events)).toEqual({ unreachable: [], down: [] });
    expect(areUnited(systems)).toBe(true);
  });

  it.each([2, 3, 5])("are not downed when one of %i refuses connections for half a second", async (count) => {
    let refused: string | undefined;
    await using world: Simulation = new Simulation({
      configure: refusing(
        () => world,
        (from, to) => to.host === refused || from === refused,
      ),
    });
    const systems: readonly ClusterSystem[] = await world.form(count);
    await world.clock.advance(10_000);
    const events = systems.map(record);
    refused = "10.0.0.2";
    for (const { cluster } of systems) world.network.breakConnections(cluster.self.host, refused);
    await world.clock.advance(500);
    refused = undefined;
    await world.clock.advance(20_000);
    expect(losses(events).down).toEqual([]);
    expect([areUnited(systems), allReachable(systems)]).toEqual([true, true]);
  });

  it("are not even unreachable when one is refused for a minute by another that the rest still reaches", async () => {
    let isRefusing = false;
    await using world: Simulation = new Simulation({
      configure: refusing(
        () => world,
        (from, to) => isRefusing && [from, to.host].sort().join() === "10.0.0.1,10.0.0.2",
      ),
    });
    const systems = await world.form(5);
    await world.clock.advance(10_000);
    const events = systems.map(record);
    isRefusing = true;
    world.network.breakConnections("10.0.0.1", "10.0.0.2");
    await world.clock.advance(60_000);
    expect(losses(events)).toEqual({ unreachable: [], down: [] });
  });

  it("are not even unreachable when the link between two of them is dead for a minute", async () => {
    await using world = new Simulation();
    const systems = await world.form(3);
    await world.clock.advance(10_000);
    const events = systems.map(record);
    const heal = world.network.cut(["10.0.0.1"], ["10.0.0.3"]);
    await world.clock.advance(60_000);
    heal();
    await world.clock.advance(20_000);
    expect(losses(events)).toEqual({ unreachable: [], down: [] });
    expect(areUnited(systems)).toBe(true);
  });

  it("agree on who joins although connections carry nothing one way, and nobody is unreachable", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const systems = await world.form(4);
      await world.clock.advance(10_000);
      const events = systems.map(record);
      // Nobody hears the leader, whom everybody has to agree with; through the others everybody is found to be alive.
      for (const host of ["10.0.0.2", "10.0.0.3"]) world.network.swallow(host, "10.0.0.1");
      const [newcomer] = await world.startMany(1);
      await world.join([newcomer], systems[3] as ClusterSystem);
      await world.clock.advance(15_000);
      expect(losses(events)).toEqual({ unreachable: [], down: [] });
      expect(areUnited([...systems, newcomer])).toBe(true);
    });
  });

  it("are replaced, and nobody else is, when a machine is switched off and on and its connections are half open", async () => {
    await forEachSeed(SEEDS, async (seed) => {
      await using world = new Simulation({ seed });
      const { systems, victim, others } = await five(world, seed);
      const events = systems.map(record);
      world.powerOff(victim);
      await world.clock.advance(500);
      const again = await world.restart(victim);
      await world.join([again], others[0] as ClusterSystem);
      await world.united([...others, again]);
      await world.clock.advance(20_000);
      expect(losses(events).down).toEqual([nameOf(victim)]);
    });
  });
});

it("at five per cent loss nobody is downed, or even unreachable, among thirty in ten minutes", async () => {
  await using world = new Simulation({ loss: 0.05 });
  const systems = await world.form(30);
  const events = systems.map(record);
  await world.clock.advance(600_000);
  expect(
    events
      .flat()
      .map(inShort)
      .filter((event) => !event.startsWith("snapshot")),
  ).toEqual([]);
  expect(areUnited(systems)).toBe(true);
}, 120_000);
