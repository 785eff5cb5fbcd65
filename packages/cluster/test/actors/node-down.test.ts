import { describe, expect, it } from "vitest";
import { type ActorTermination, DistributedActor } from "../../src/actors/index.js";
import { errorOf } from "../support/error-of.js";
import { Simulation } from "../support/simulation.js";
import { Greeter } from "./support/greeter.js";
import { pair } from "./support/pair.js";

describe("when the node of an actor goes down", () => {
  it("calls in flight fail at once, and so do later ones", async () => {
    await using simulation = new Simulation({
      configure: (settings) => {
        settings.actors.callTimeoutMs = 60_000;
      },
    });
    const [a, b, c] = await simulation.form(3);
    const remote = b.resolve(Greeter, String(c.spawn(Greeter)));
    const call = errorOf(remote.hold("me"));
    await simulation.clock.advance(50);
    simulation.kill(c);
    const error = await simulation.clock.settle(call);
    expect(error).toMatchObject({ code: "NODE_DOWN", method: "hold", actor: String(remote) });
    expect(b.cluster.membership.get(c.cluster.self.id)?.status ?? "removed").not.toBe("up");
    const before = simulation.clock.now();
    expect(await simulation.clock.settle(errorOf(remote.greet("me")))).toMatchObject({ code: "NODE_DOWN" });
    expect(simulation.clock.now()).toBe(before);
    await simulation.united([a, b]);
    expect(await simulation.clock.settle(errorOf(remote.greet("me")))).toMatchObject({ code: "NODE_DOWN" });
  });

  it("another incarnation at its address is another node: references to the former one stay dead", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const remote = a.resolve(Greeter, String(b.spawn({ actor: Greeter, name: "greeter" })));
    const again = await simulation.restart(b);
    again.spawn({ actor: Greeter, name: "greeter" });
    await simulation.join([again], a);
    await simulation.united([a, again]);
    expect(await simulation.clock.settle(errorOf(remote.greet("me")))).toMatchObject({ code: "NODE_DOWN" });
  });

  it("calls to a node that has never been heard of fail, and watches fire, when the time is up", async () => {
    await using simulation = new Simulation();
    const [a] = await simulation.startMany(1);
    const remote = a.resolve(Greeter, "simulated@10.0.9.9:7337#0123456789abcdef/greeter");
    expect(await simulation.clock.settle(errorOf(remote.greet("me")))).toMatchObject({ code: "NODE_DOWN" });
    const told: ActorTermination[] = [];
    a.watchTermination(remote, (termination) => told.push(termination));
    await simulation.clock.advance(6_000);
    expect(told).toMatchObject([{ reason: "node-down" }]);
  });
});

describe("when a connection breaks", () => {
  it("calls whose answers are still to come get them over the next one", async () => {
    await using world = await pair();
    const call = world.remote.hold("me");
    await world.simulation.clock.advance(50);
    world.simulation.network.breakConnections("10.0.0.1", "10.0.0.2");
    await world.simulation.clock.advance(50);
    world.actor.release();
    expect(await world.settle(call)).toBe("me");
  });

  it("nothing is ever read as something else, for 100 seeds of breaking connections", async () => {
    for (let seed = 0; seed < 100; seed++) {
      await using simulation = new Simulation({ seed, latencyMs: [0.2, 3] });
      const [a, b] = await simulation.form(2);
      const remote = b.resolve(Greeter, String(a.spawn(Greeter)));
      const outcomes: unknown[] = [];
      for (let call = 0; call < 60; call++) {
        // Each has a shape of its own, so that what is learned in one frame is needed in the next.
        const value = { [`key${call % 7}`]: call, shared: { of: `call ${call}` } };
        remote.echo(value).then(
          (echoed) =>
            outcomes.push(
              JSON.stringify(echoed) === JSON.stringify(value) || `seed ${seed}: ${JSON.stringify(echoed)}`,
            ),
          (error) => outcomes.push(error.code === "TIMED_OUT" || error.code === "CONGESTED" || error),
        );
        await simulation.clock.advance(simulation.random() * 2);
        if (simulation.random() < 0.1) simulation.network.breakConnections("10.0.0.1", "10.0.0.2");
      }
      await simulation.clock.advance(10_000);
      expect(outcomes).toEqual(Array.from({ length: 60 }, () => true));
      expect(await simulation.clock.settle(remote.greet("you"))).toBe("Hello, you");
    }
  });
});

describe("a node that leaves", () => {
  it("finishes what it has begun and what waits, and refuses the rest", async () => {
    await using world = await pair();
    const held = world.remote.hold("first");
    const waiting = world.remote.greet("second");
    await world.simulation.clock.advance(50);
    const leaving = world.there.shutdown();
    await world.simulation.clock.advance(300);
    const late = errorOf(world.remote.greet("late"));
    await world.simulation.clock.advance(50);
    world.actor.release();
    expect(await world.settle(Promise.all([held, waiting]))).toEqual(["first", "Hello, second"]);
    expect(await late).toMatchObject({ code: "SHUT_DOWN" });
    await world.settle(leaving);
    expect(await world.failure(world.remote.greet("too late"))).toMatchObject({ code: "NODE_DOWN" });
  });

  it("does not wait for ever: what takes too long fails with a typed error", async () => {
    await using world = await pair();
    const held = errorOf(world.remote.hold("first"));
    await world.simulation.clock.advance(50);
    await world.settle(world.there.shutdown());
    expect(await held).toMatchObject({ code: expect.stringMatching(/^(NODE_DOWN|SHUT_DOWN|TIMED_OUT)$/) });
  });

  it("stops its actors, whose stop hooks are waited for", async () => {
    const stopped: string[] = [];
    class Careful extends DistributedActor.with("work") {
      work(): void {}
      protected override async onStop(): Promise<void> {
        await Promise.resolve();
        stopped.push(this.context.id.name);
      }
    }
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    a.spawn({ actor: Careful, name: "one" });
    a.spawn({ actor: Careful, name: "other" });
    await simulation.clock.settle(a.shutdown());
    expect(stopped.sort()).toEqual(["one", "other"]);
    await simulation.united([b]);
  });

  it("fails its own calls in flight, and takes no more", async () => {
    await using world = await pair();
    const call = errorOf(world.remote.hold("me"));
    await world.simulation.clock.advance(50);
    await world.settle(world.here.shutdown());
    expect(await call).toMatchObject({ code: "SHUT_DOWN" });
    expect(await world.failure(world.remote.greet("me"))).toMatchObject({ code: "SHUT_DOWN" });
    expect(() => world.here.spawn(Greeter)).toThrow(expect.objectContaining({ code: "SHUT_DOWN" }));
  });
});
