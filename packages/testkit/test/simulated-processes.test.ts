import type { ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../src/simulated-cluster.js";

/** Nodes that find each other in the registry, once all of them are up everywhere. */
async function form(world: SimulatedCluster, size: number): Promise<ClusterSystem[]> {
  const systems = await Promise.all(Array.from({ length: size }, () => world.start()));
  await world.clock.settle(Promise.all(systems.map(({ cluster }) => cluster.waitFor({ atLeast: size }))));
  return systems;
}

const sees = (system: ClusterSystem, other: ClusterSystem) => system.cluster.membership.get(other.cluster.self.id);

describe("nodes of a simulated cluster", () => {
  it("find each other in the registry, if they are told to", async () => {
    await using world = new SimulatedCluster({ discovery: true });
    const systems = await form(world, 3);
    expect(world.running).toEqual(systems);
    expect(world.registry.listing).toHaveLength(3);
  });

  it("run nothing any more when they are killed, and the others notice at once", async () => {
    await using world = new SimulatedCluster({ discovery: true });
    const [a, b] = (await form(world, 3)) as [ClusterSystem, ClusterSystem];
    world.kill(b);
    world.kill(b);
    expect([world.isRunning(b), world.timersOf(b)]).toEqual([false, 0]);
    await world.clock.until(() => sees(a, b)?.reachability === "unreachable", 1_000, "that the dead one is noticed");
    await world.clock.until(() => sees(a, b) === undefined, 5_000, "that the dead one is removed");
    expect(sees(b, a)?.status).toBe("up");
  });

  it("are noticed later when they lose power, as nothing says so", async () => {
    await using world = new SimulatedCluster({ discovery: true });
    const [a, b] = (await form(world, 3)) as [ClusterSystem, ClusterSystem];
    world.powerOff(b);
    expect([world.isRunning(b), world.timersOf(b)]).toEqual([false, 0]);
    await world.clock.advance(200);
    expect(sees(a, b)?.reachability).toBe("reachable");
    await world.clock.until(() => sees(a, b) === undefined, 20_000, "that the dark one is removed");
  });

  it("start again at the same address, as somebody else", async () => {
    await using world = new SimulatedCluster({ discovery: true });
    const [a, b] = (await form(world, 3)) as [ClusterSystem, ClusterSystem];
    const again = await world.restart(b);
    expect(again.cluster.self.address).toBe(b.cluster.self.address);
    expect(again.cluster.self.id).not.toBe(b.cluster.self.id);
    expect(world.isRunning(b)).toBe(false);
    const isReplaced = () => sees(a, again)?.status === "up" && sees(a, b) === undefined;
    await world.clock.until(isReplaced, 10_000, "that the new one has replaced the old one");
  });

  it("keep the port they were given when they start again", async () => {
    await using world = new SimulatedCluster({
      configure: (settings) => {
        settings.node.port = 0;
      },
    });
    const [first, second] = [await world.start(), await world.start({ seed: "its own" })];
    for (const system of [first, second]) {
      const again = await world.restart(system);
      expect(again.cluster.self.address).toBe(system.cluster.self.address);
      expect(again.cluster.self.id).not.toBe(system.cluster.self.id);
    }
  });

  it("stand still for as long as they are paused, pauses that overlap until the last is over", async () => {
    await using world = new SimulatedCluster({ discovery: true });
    const [a] = (await form(world, 2)) as [ClusterSystem];
    const sent = () => a.cluster.explain().associations.sentFrames;
    world.pause(a, 1_000);
    world.pause(a, 500);
    const before = sent();
    await world.clock.advance(900);
    expect(sent()).toBe(before);
    await world.clock.advance(1_000);
    expect(sent()).toBeGreaterThan(before);
  });

  it("are the same in every run with the same seed, and different with another", async () => {
    const idsWith = async (seed: number) => {
      await using world = new SimulatedCluster({ seed, discovery: true });
      return (await form(world, 3)).map(({ cluster }) => cluster.self.id);
    };
    expect(await idsWith(1)).toEqual(await idsWith(1));
    expect(await idsWith(1)).not.toEqual(await idsWith(2));
  });

  it("belong to one simulated cluster: another one does not know them", async () => {
    await using world = new SimulatedCluster();
    await using other = new SimulatedCluster();
    const stranger = await other.start();
    expect(() => world.kill(stranger)).toThrow("was not started by this simulated cluster");
  });
});
