import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { noDowning } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { forEachSeed } from "../support/seeds.js";
import { areUnited, record, Simulation, seen, statusOf } from "../support/simulation.js";

describe("what one node knows", () => {
  it("the others learn: the first and the third meet through the second", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.startMany(3);
    await world.join([a], b);
    await world.join([c], b);
    await world.united([a, b, c]);
  });

  it("the others learn: a down that one node issues reaches all, also who was downed", async () => {
    await using world = new Simulation();
    const [a, b, c, d] = await world.form(4);
    expect(c.cluster.down(b.cluster.self)).toBe(true);
    await world.clock.until(() => [a, c, d].every((system) => statusOf(b, system) === "unknown"), 1_000);
    expect(await world.clock.settle(b.terminated)).toEqual({ reason: "downed" });
    await world.united([a, c, d]);
  });

  it("spreads in both directions: one of five dies while another one joins", async () => {
    await forEachSeed(20, async (seed) => {
      await using world = new Simulation({ seed, latencyMs: [0.5, 20] });
      const [a, b, c, d, e] = await world.form(5);
      const [f] = await world.startMany(1);
      const joining = f.cluster.join(b.cluster.self.address);
      world.crash(e);
      a.cluster.down(e.cluster.self);
      await world.clock.settle(joining);
      await world.united([a, b, c, d, f]);
    });
  });

  it("does not bring back whom the others removed meanwhile", async () => {
    await using world = new Simulation({ configure: (settings) => Object.assign(settings, { downing: noDowning() }) });
    const [a, b, c, d] = await world.form(4);
    const lagging = c.cluster.self.host;
    const others = [a, b, d].map(({ cluster }) => cluster.self.host);
    world.network.cut(others, [lagging]);
    for (const host of others) world.network.breakConnections(host, lagging);
    world.crash(d);
    a.cluster.down(d.cluster.self);
    await world.clock.advance(20_000);
    expect([seen(a), seen(c)]).toEqual(["1 up, 2 up, 3 up", "1 up, 2 up, 3 up, 4 up"]);
    const events = [a, b].map(record);
    world.network.heal();
    await world.united([a, b, c]);
    await world.clock.advance(20_000);
    expect(areUnited([a, b, c])).toBe(true);
    expect(events.flat().filter(({ kind }) => kind === "membership")).toEqual([]);
  });
});

describe("two clusters that formed apart", () => {
  const listing = (...hosts: string[]) => hosts.map((host) => ({ host, port: 7337 }));
  const [LEFT, RIGHT] = [
    ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    ["10.0.0.4", "10.0.0.5"],
  ];

  /** Three nodes and two, each listing only its own side. */
  async function islands(world: Simulation, rightSystem?: string) {
    const [left, right] = [inMemoryDiscovery(listing(...LEFT)), inMemoryDiscovery(listing(...RIGHT))];
    const using = (discovery: typeof left) => (settings: ClusterSettings) => {
      settings.discovery = discovery;
      settings.announce = false;
    };
    const threes = await world.startMany(3, { configure: using(left) });
    const system = rightSystem === undefined ? {} : { system: rightSystem };
    const twos = await world.startMany(2, { configure: using(right), ...system });
    await world.united(threes);
    await world.united(twos);
    return { left, right, threes, twos };
  }

  it("become one when a discovery shows one of them to the other, for 20 seeds", async () => {
    await forEachSeed(20, async (seed) => {
      await using world = new Simulation({ seed });
      const { left, threes, twos } = await islands(world);
      await world.clock.advance(10_000);
      expect(threes[0]?.cluster.leader?.node.host).toBe("10.0.0.1");
      expect(twos[0]?.cluster.leader?.node.host).toBe("10.0.0.4");
      left.set(listing(...LEFT, "10.0.0.5"));
      const all = [...threes, ...twos];
      await world.united(all);
      await world.clock.advance(1_000);
      for (const { cluster } of all) expect(cluster.leader?.node.host).toBe("10.0.0.1");
      // Both leaders had given the numbers 1 and 2; all have to end with the same.
      const numbers = all.map(({ cluster }) => [...cluster.membership].map(({ upNumber }) => upNumber).join());
      expect(new Set(numbers).size).toBe(1);
    });
  });

  it("never become one if they are of different systems, whatever is listed", async () => {
    await using world = new Simulation();
    const { left, right, threes, twos } = await islands(world, "another");
    for (const discovery of [left, right]) discovery.set(listing(...LEFT, ...RIGHT));
    await world.clock.advance(5 * 60_000);
    expect([areUnited(threes), areUnited(twos)]).toEqual([true, true]);
    expect(threes[0]?.cluster.explain().rejections.WRONG_SYSTEM).toBeGreaterThan(0);
  });
});

describe("a rolling restart of seven nodes, one after the other", () => {
  it("leaves at least six up at any time, and one leader in each view", async () => {
    await using world = new Simulation();
    const discovery = inMemoryDiscovery();
    const configure = (settings: ClusterSettings) => {
      settings.discovery = discovery;
    };
    let running: ClusterSystem[] = await world.startMany(7, { configure });
    await world.united(running);
    await world.clock.advance(5_000);

    for (const old of running) {
      const { host, id } = old.cluster.self;
      const others = running.filter((system) => system !== old);
      const watch = watchViews(world, others);
      const leaving = old.shutdown();
      await watch.until(() => others.every(({ cluster }) => cluster.membership.get(id) === undefined));
      await world.clock.settle(leaving);
      expect(discovery.listing).toHaveLength(6);
      const young = await world.start({ host, configure });
      running = [...others, young];
      await watch.until(() => areUnited(running));
      expect(watch.fewestUp).toBeGreaterThanOrEqual(6);
    }
    expect(running).toHaveLength(7);
  });
});

/** Looks at some nodes' views at every moment at which something happens. */
function watchViews(world: Simulation, systems: readonly ClusterSystem[]) {
  const result = {
    fewestUp: Number.POSITIVE_INFINITY,
    until: (condition: () => boolean) =>
      world.clock.until(() => {
        const leaders = new Map<string, string>();
        for (const { cluster } of systems) {
          const view = cluster.membership.toString();
          const leader = cluster.leader?.node.address ?? "nobody";
          expect(leaders.get(view) ?? leader).toBe(leader);
          leaders.set(view, leader);
          result.fewestUp = Math.min(result.fewestUp, cluster.membership.withStatus("up").length);
        }
        return condition();
      }, 10_000),
  };
  return result;
}
