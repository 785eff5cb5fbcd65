import { type ClusterSettings, type ClusterSystem, defaultSettings } from "@rollcall/cluster";
import {
  DiscoveryError,
  type InMemoryDiscovery,
  inMemoryDiscovery,
  type ServiceDiscovery,
  shuffled,
} from "@rollcall/core";
import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { forEachSeed } from "../support/seeds.js";
import { record, Simulation, seen } from "../support/simulation.js";

const NODES = 5;

const formation =
  (guard: Partial<ClusterSettings["formation"]>) =>
  (settings: ClusterSettings): void => {
    Object.assign(settings.formation, guard);
  };

const everybody = Array.from({ length: NODES }, (_, at) => ({ host: `10.0.0.${at + 1}`, port: 7337 }));

/**
 * Starts five nodes within a second, each with a view of the registry of its own: it is empty first, then some random
 * part of what is there, other parts later, and the whole in the end, within two seconds.
 *
 * @returns who was the first of a cluster in somebody's eyes: as many as there were clusters
 */
async function startWithPartialListings(seed: number, minimumMembers: number): Promise<Set<string>> {
  await using world: Simulation = new Simulation({
    seed,
    latencyMs: [0.5, 20],
    configure: formation({ minimumMembers }),
  });
  const random = seededRandom(`${seed} listings`);
  const systems: ClusterSystem[] = [];
  const events: ReturnType<typeof record>[] = [];
  for (const { host } of everybody) {
    await world.clock.advance(random() * 200);
    const discovery = inMemoryDiscovery([]);
    const configure = (settings: ClusterSettings) => {
      settings.discovery = discovery;
      settings.announce = false;
    };
    for (let views = 0; views < 4; views++) {
      const partial = everybody.filter(() => random() < 0.3);
      world.clock.schedule(random() * 2_000, () => discovery.set(partial));
    }
    world.clock.schedule(2_000, () => discovery.set(everybody));
    const system = await world.start({ host, configure });
    systems.push(system);
    events.push(record(system));
  }
  await world.united(systems, 60_000);
  await world.clock.advance(5_000);
  const firsts = events.flat().flatMap((event) => {
    return event.kind === "membership" && event.member.upNumber === 1 ? [event.member.node.id] : [];
  });
  return new Set(firsts);
}

describe("five nodes that are started at once with listings that are late and partial", () => {
  it("never make two clusters where three members are needed for the first", async () => {
    await forEachSeed(100, async (seed) => {
      expect((await startWithPartialListings(seed, 3)).size).toBe(1);
    });
  });

  it("make two now and then where two members are enough, which become one when the listings are whole", async () => {
    const clusters: number[] = [];
    await forEachSeed(30, async (seed) => {
      clusters.push((await startWithPartialListings(seed, 1)).size);
    });
    expect(Math.max(...clusters)).toBeGreaterThan(1);
  });
});

/**
 * Starts five nodes at once, and splits the network at random while they find each other, or while the first are made up.
 *
 * @returns who was the first of a cluster in somebody's eyes; and whether a side went on with the cluster of the other
 */
async function startAndSplit(seed: number): Promise<{ firsts: Set<string>; wentOn: boolean }> {
  const configure = (settings: ClusterSettings) => {
    formation({ minimumMembers: 3 })(settings);
    settings.discovery = inMemoryDiscovery(everybody);
    settings.announce = false;
  };
  await using world: Simulation = new Simulation({ seed, latencyMs: [0.5, 20], configure });
  const random = seededRandom(`${seed} split`);
  const systems = await Promise.all(everybody.map(({ host }) => world.start({ host })));
  const events = systems.map(record);
  await world.clock.advance(30 + random() * 150);
  const hosts = shuffled(
    everybody.map(({ host }) => host),
    random,
  );
  const heal = world.network.cut(hosts.slice(0, 2), hosts.slice(2));
  await world.clock.advance(20_000);
  heal();
  await world.clock.advance(60_000);
  const given = events.flat().flatMap((event) => {
    return event.kind === "membership" && event.from === "joining" && event.to === "up" ? [event.member] : [];
  });
  const named = (upNumber: number) => given.filter((member) => member.upNumber === upNumber).map(({ node }) => node.id);
  return { firsts: new Set(named(1)), wentOn: given.some(({ upNumber }) => upNumber > NODES) };
}

describe("five nodes that are started at once and split while they are about to begin", () => {
  it("make one cluster, which goes on where the majority is, if need be without having heard of it", async () => {
    let wentOn = 0;
    await forEachSeed(200, async (seed) => {
      const outcome = await startAndSplit(seed);
      expect(outcome.firsts.size).toBeLessThanOrEqual(1);
      if (outcome.wentOn) wentOn++;
    });
    expect(wentOn).toBeGreaterThan(0);
  });
});

describe("a cluster that does not exist yet", () => {
  it("is waited for with a reason until enough members are reachable", async () => {
    await using world = new Simulation({ configure: formation({ minimumMembers: 3 }) });
    const [a, b, c] = await world.startMany(3);
    await world.join([b], a);
    await world.clock.advance(30_000);
    expect([a, b].map(seen)).toEqual(Array(2).fill("1 joining, 2 joining"));
    expect(a.cluster.explain().situation).toEqual({
      code: "AWAITING_FORMATION",
      message: expect.stringContaining("2 of 3 members needed to form a cluster are reachable"),
    });
    expect(b.cluster.explain().situation.code).toBe("AWAITING_LEADER");
    await world.join([c], b);
    await world.united([a, b, c]);
    expect(a.cluster.explain().situation.code).toBe("UP");
  });

  it("is what a node alone waits for that may lead by itself", async () => {
    await using world = new Simulation({
      configure: (settings) => {
        formation({ minimumMembers: 3 })(settings);
        settings.leadership.minimumMembers = 1;
      },
    });
    const [a] = await world.startMany(1);
    await world.clock.advance(5_000);
    expect(a.cluster.explain().situation).toEqual({
      code: "AWAITING_FORMATION",
      message: expect.stringContaining("1 of 3 members needed to form a cluster are reachable"),
    });
  });

  it("holds nobody back any more once it exists, also when it has become smaller than that", async () => {
    await using world = new Simulation({ configure: formation({ minimumMembers: 3 }) });
    const [a, b, c] = await world.form(3);
    world.kill(c);
    world.kill(b);
    await world.united([a]);
    const newcomer = await world.start();
    await world.join([newcomer], a);
    await world.united([a, newcomer]);
  });

  it("does not come into being with members that are gone again", async () => {
    await using world = new Simulation({
      configure: (settings) => {
        formation({ minimumMembers: 4 })(settings);
        settings.downing = { name: "nobody", decide: () => ({ down: [], because: "patience" }) };
      },
    });
    const [a, b, c, d] = await world.startMany(4);
    await world.join([b, c], a);
    world.kill(c);
    await world.clock.advance(5_000);
    await world.join([d], a);
    await world.clock.advance(30_000);
    expect(a.cluster.explain().situation.message).toContain("3 of 4 members");
    expect(seen(d)).toBe("1 joining, 2 joining, 3 joining, 4 joining");
    await world.restart(c).then((again) => world.join([again], a));
    await world.clock.settle(a.cluster.waitFor({ atLeast: 4, withinMs: 10_000 }));
  });
});

describe("a cluster that waits until nothing changes", () => {
  const STABLE_MS = 2_000;

  /** The leader-to-be of two that are joining, with a discovery that the test drives; and when they became up. */
  async function twoJoining(world: Simulation, discovery: ServiceDiscovery) {
    const listing = (settings: ClusterSettings) => {
      settings.discovery = discovery;
      settings.announce = false;
    };
    const a = await world.start({ configure: listing });
    const b = await world.start();
    await world.join([b], a);
    return { a, b, joinedAt: world.clock.now() };
  }

  const configure = formation({ stableMs: STABLE_MS });

  async function upAt(world: Simulation, systems: readonly ClusterSystem[]): Promise<number> {
    await world.united(systems);
    return world.clock.now();
  }

  it("is there so long after the last member came, and says how long it has been the same until then", async () => {
    await using world = new Simulation({ configure });
    const { a, b } = await twoJoining(world, inMemoryDiscovery([]));
    await world.clock.advance(1_500);
    expect(a.cluster.explain().situation).toEqual({
      code: "AWAITING_FORMATION",
      message: expect.stringMatching(/members and listing have been the same for 1[45]\d\d of 2000 ms/),
    });
    const c = await world.start();
    await world.join([c], b);
    const changedAt = world.clock.now();
    expect((await upAt(world, [a, b, c])) - changedAt).toBeGreaterThan(STABLE_MS - 50);
    expect(world.clock.now() - changedAt).toBeLessThan(STABLE_MS + 100);
  });

  it("is there so long after the listing changed last", async () => {
    await using world = new Simulation({ configure });
    const discovery: InMemoryDiscovery = inMemoryDiscovery([]);
    const { a, b } = await twoJoining(world, discovery);
    await world.clock.advance(1_500);
    const changedAt = world.clock.now();
    discovery.set(["10.0.0.99:7337"]);
    expect((await upAt(world, [a, b])) - changedAt).toBeGreaterThanOrEqual(STABLE_MS);
    expect(world.clock.now() - changedAt).toBeLessThan(STABLE_MS + 100);
  });

  it("is not put off by a registry that fails and then says the same again", async () => {
    await using world = new Simulation({ configure });
    const discovery: InMemoryDiscovery = inMemoryDiscovery(["10.0.0.99:7337"]);
    const { a, b, joinedAt } = await twoJoining(world, discovery);
    for (let times = 0; times < 15; times++) {
      discovery.fail(new DiscoveryError("UNAVAILABLE", "the registry is away."));
      await world.clock.advance(100);
    }
    expect((await upAt(world, [a, b])) - joinedAt).toBeLessThan(STABLE_MS + 100);
  });

  it("is what nobody asks for unless told to", () => {
    expect(defaultSettings().formation).toEqual({ minimumMembers: 1, stableMs: 0 });
  });
});
