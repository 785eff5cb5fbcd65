import type { ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import type { ActorRef, ActorTermination, Watch } from "../../src/actors/index.js";
import { Simulation } from "../support/simulation.js";
import { Greeter } from "./support/greeter.js";

/** A greeter on the last of some nodes, and whoever watches it from the first. */
async function watched(nodes = 2, seed = 1) {
  const simulation = new Simulation({ seed });
  const systems: ClusterSystem[] = await simulation.form(nodes);
  const [here, there] = [systems[0], systems.at(-1)] as [ClusterSystem, ClusterSystem];
  const actor = there.spawn({ actor: Greeter, name: "greeter" });
  const remote = here.resolve(Greeter, String(actor));
  const told: string[] = [];
  const watch = (ref: ActorRef<Greeter> = remote): Watch =>
    here.watchTermination(ref, ({ id, reason }: ActorTermination) => told.push(`${id.name} ${reason}`));
  const advance = (ms: number) => simulation.clock.advance(ms);
  return {
    simulation,
    here,
    there,
    actor,
    remote,
    told,
    watch,
    advance,
    stop: () => simulation.clock.settle(there.stopActor(actor)),
    [Symbol.asyncDispose]: () => simulation[Symbol.asyncDispose](),
  };
}

describe("a watch", () => {
  it("fires when the actor stops, once", async () => {
    await using world = await watched();
    world.watch();
    await world.advance(100);
    expect(world.told).toEqual([]);
    await world.stop();
    await world.advance(100);
    expect(world.told).toEqual(["greeter stopped"]);
    world.simulation.kill(world.there);
    await world.advance(10_000);
    expect(world.told).toEqual(["greeter stopped"]);
  });

  it("fires when the node of the actor goes down, once", async () => {
    await using world = await watched(3);
    world.watch();
    await world.advance(100);
    world.simulation.kill(world.there);
    await world.advance(10_000);
    expect(world.told).toEqual(["greeter node-down"]);
  });

  it("whose listener throws keeps no other from being told, here or elsewhere, and the cluster from nothing", async () => {
    await using world = await watched(3);
    const throwing = (system: ClusterSystem) =>
      system.watchTermination(system.resolve(Greeter, String(world.actor)), () => {
        throw new Error("of a listener");
      });
    throwing(world.here);
    throwing(world.there);
    world.watch();
    await world.advance(100);
    await world.stop();
    await world.advance(100);
    expect(world.told).toEqual(["greeter stopped"]);
    world.told.length = 0;
    const again = world.there.spawn({ actor: Greeter, name: "again" });
    const remote = world.here.resolve(Greeter, String(again));
    world.here.watchTermination(remote, () => {
      throw new Error("of a listener");
    });
    world.watch(remote);
    await world.advance(100);
    world.simulation.kill(world.there);
    await world.advance(10_000);
    expect(world.told).toEqual(["again node-down"]);
    expect(world.here.cluster.membership.size).toBe(2);
    expect(world.here.cluster.explain().dropped.undecodableFrames).toBe(0);
  });

  it("fires when the node of the actor leaves, whose actors stop", async () => {
    await using world = await watched(3);
    world.watch();
    await world.advance(100);
    await world.simulation.clock.settle(world.there.shutdown());
    expect(world.told).toEqual(["greeter stopped"]);
  });

  it("fires at once if the actor is dead already, but never before it is there", async () => {
    await using world = await watched();
    await world.stop();
    world.watch();
    expect(world.told).toEqual([]);
    await world.advance(100);
    expect(world.told).toEqual(["greeter unknown"]);
  });

  it("fires at once if the node has gone already", async () => {
    await using world = await watched(3);
    world.simulation.kill(world.there);
    await world.advance(10_000);
    world.watch();
    expect(world.told).toEqual([]);
    await world.advance(0);
    expect(world.told).toEqual(["greeter node-down"]);
  });

  it("does not fire after it was ended, whenever that was", async () => {
    await using world = await watched();
    const ended = world.watch();
    ended.unwatch();
    const later = world.watch();
    await world.advance(100);
    later[Symbol.dispose]();
    later.unwatch();
    await world.stop();
    const tooLate = world.watch();
    tooLate.unwatch();
    await world.advance(100);
    expect(world.told).toEqual([]);
  });

  it("fires for each who watches, and not for one who has ended theirs", async () => {
    await using world = await watched();
    world.watch();
    world.watch().unwatch();
    world.watch();
    await world.stop();
    await world.advance(100);
    expect(world.told).toEqual(["greeter unknown", "greeter unknown"]);
  });

  it("of an actor of one's own node works as well", async () => {
    await using world = await watched();
    const told: string[] = [];
    const watch = (ref = world.actor) => world.there.watchTermination(ref, ({ reason }) => told.push(reason));
    watch();
    watch().unwatch();
    await world.stop();
    watch();
    expect(told).toEqual(["stopped"]);
    await world.advance(0);
    expect(told).toEqual(["stopped", "unknown"]);
  });

  it("fires once though connections break all the time, for 60 seeds", async () => {
    for (let seed = 0; seed < 60; seed++) {
      await using world = await watched(2, seed);
      const { network, random } = world.simulation;
      const shake = async (times: number) => {
        for (let time = 0; time < times; time++) {
          if (random() < 0.3) network.breakConnections("10.0.0.1", "10.0.0.2");
          await world.advance(random() * 3);
        }
      };
      world.watch();
      await shake(5);
      await world.stop();
      await shake(5);
      await world.advance(1_000);
      expect(world.told, `seed ${seed}`).toHaveLength(1);
    }
  });

  it("costs nothing while nothing happens: a thousand add no frame", async () => {
    const framesOf = async (watches: number) => {
      await using world = await watched();
      for (let watch = 0; watch < watches; watch++) {
        const actor = world.there.spawn(Greeter);
        world.watch(world.here.resolve(Greeter, String(actor)));
      }
      await world.advance(1_000);
      const before = world.simulation.network.traffic.frames;
      await world.advance(20_000);
      return world.simulation.network.traffic.frames - before;
    };
    expect(await framesOf(1_000)).toBe(await framesOf(0));
  });
});
