import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../src/simulated-cluster.js";

describe("a simulated cluster", () => {
  it("gives each node an address of its own, also when they are started at once", async () => {
    await using world = new SimulatedCluster();
    const systems = await Promise.all(Array.from({ length: 3 }, () => world.start()));
    expect(systems.map(({ cluster }) => cluster.self.address)).toEqual([
      "10.0.0.1:7337",
      "10.0.0.2:7337",
      "10.0.0.3:7337",
    ]);
    expect(new Set(systems.map(({ cluster }) => cluster.self.id)).size).toBe(3);
  });

  it("runs real systems in virtual time", async () => {
    await using world = new SimulatedCluster();
    const [first, second] = await Promise.all([world.start(), world.start()]);
    await world.clock.settle(second.cluster.join(first.cluster.self.address));
    await world.clock.settle(Promise.all([first.cluster.joined(), second.cluster.joined()]));
    expect(world.clock.now()).toBeLessThan(100);
    expect(String(first.cluster.membership)).toBe(String(second.cluster.membership));
  });

  it("applies the settings for all nodes first, then those for one", async () => {
    await using world = new SimulatedCluster({
      configure: (settings) => {
        settings.node.port = 1_000;
        settings.announce = false;
      },
    });
    const plain = await world.start();
    const special = await world.start({
      host: "fd00::1",
      nodeId: "00000000000000aa",
      configure: ({ node }) => {
        node.port = 2_000;
      },
    });
    expect(plain.cluster.self.port).toBe(1_000);
    expect(special.cluster.self.toString()).toBe("simulated@[fd00::1]:2000#00000000000000aa");
  });

  it("shuts every node down when it is disposed, and leaves nothing scheduled", async () => {
    const world = new SimulatedCluster();
    const systems = await Promise.all([world.start(), world.start()]);
    await world[Symbol.asyncDispose]();
    await expect(Promise.all(systems.map(({ terminated }) => terminated))).resolves.toHaveLength(2);
    await world.clock.advance(1_000);
    expect(world.clock.pending).toBe(0);
  });
});
