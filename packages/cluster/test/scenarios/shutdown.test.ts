import type { ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { errorOf } from "../support/error-of.js";
import { Simulation } from "../support/simulation.js";

describe("the shutdown of a system", () => {
  it("comes by itself at the end of its scope", async () => {
    await using world = new Simulation();
    // What is loaded with the first system takes time that virtual time does not wait for.
    await world.start();
    let leaving: ClusterSystem | undefined;
    const scope = async () => {
      await using system = await world.start();
      leaving = system;
    };
    await world.clock.settle(scope());
    expect(leaving?.cluster.explain().status).toBe("stopped");
  });

  it("happens once, however often it is asked for", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const [first, second] = [a.shutdown(), a.cluster.leave()];
    await world.clock.settle(Promise.all([first, second, a.shutdown(), a[Symbol.asyncDispose]()]));
    await expect(a.terminated).resolves.toEqual({ reason: "left" });
    await world.clock.settle(a.shutdown());
    expect(a.cluster.explain()).toMatchObject({ status: "stopped", situation: { code: "STOPPED" } });
    await world.united([b]);
  });

  it("works at any moment of joining, and leaves nothing scheduled, for 50 moments", async () => {
    for (let moment = 0; moment < 50; moment++) {
      // The simulation itself sees to it that nothing is left.
      await using world = new Simulation({ seed: moment, latencyMs: [0.5, 2] });
      const [a, b] = await world.form(2);
      const [c] = await world.startMany(1);
      const joining = errorOf(c.cluster.join(a.cluster.self.address));
      await world.clock.advance(moment / 3);
      await world.clock.settle(c.shutdown());
      const error = await joining;
      if (error !== undefined) expect(error).toMatchObject({ code: "STOPPED" });
      await world.united([a, b]);
    }
  });

  it("works while the only peer does not answer, and takes no longer than its steps may", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    world.network.cut([a.cluster.self.host], [b.cluster.self.host]);
    const begun = world.clock.now();
    await world.clock.settle(b.shutdown());
    expect(world.clock.now() - begun).toBeLessThanOrEqual(4_100);
    world.network.heal();
  });

  it("of all at once ends soon", async () => {
    await using world = new Simulation();
    const systems = await world.form(5);
    const begun = world.clock.now();
    await world.clock.settle(Promise.all(systems.map((system) => system.shutdown())));
    expect(world.clock.now() - begun).toBeLessThan(5_000);
  });

  it("frees the address for the next one", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    await world.clock.settle(b.shutdown());
    const again = await world.start({ host: b.cluster.self.host });
    await world.join([again], a);
    await world.united([a, again]);
  });

  it("refuses what comes after it", async () => {
    await using world = new Simulation();
    const [a] = await world.form(2);
    await world.clock.settle(a.shutdown());
    await expect(a.cluster.join("10.0.0.2:7337")).rejects.toMatchObject({ code: "STOPPED" });
    await expect(a.cluster.waitFor({ atLeast: 5 })).rejects.toMatchObject({ code: "SHUT_DOWN" });
  });
});
