import { describe, expect, it } from "vitest";
import { type ActorRef, DistributedActor } from "../../src/actors/index.js";
import { Simulation } from "../support/simulation.js";
import { pair } from "./support/pair.js";

describe("an actor", () => {
  it("handles one call at a time, in the order in which they came", async () => {
    await using world = await pair();
    const first = world.remote.hold("first");
    const second = world.remote.greet("second");
    const third = world.remote.heard();
    await world.simulation.clock.advance(100);
    world.actor.release();
    expect(await world.settle(Promise.all([first, second, third]))).toEqual([
      "first",
      "Hello, second",
      ["first", "second"],
    ]);
  });

  it("refuses calls for which there is no room, and handles those that wait", async () => {
    await using world = await pair((settings) => {
      settings.actors.mailboxSize = 2;
    });
    const held = world.remote.hold("first");
    const waiting = [world.remote.greet("1"), world.remote.greet("2")];
    const error = await world.failure(world.remote.greet("3"));
    expect(error).toMatchObject({ code: "MAILBOX_FULL" });
    expect((error as Error).message).toContain("mailboxSize");
    world.actor.release();
    await world.settle(Promise.all([held, ...waiting]));
    expect(await world.settle(world.remote.heard())).toEqual(["first", "1", "2"]);
  });

  it("goes on after a call that fails, and after many that wait", async () => {
    await using world = await pair();
    const held = world.remote.hold("first");
    const calls = Array.from({ length: 3_000 }, (_, call) => world.remote.greet(String(call)));
    const failed = world.failure(world.remote.fail("error", "no"));
    const last = world.remote.greet("last");
    await world.simulation.clock.advance(100);
    world.actor.release();
    expect(await world.settle(Promise.all([held, ...calls]))).toHaveLength(3_001);
    await failed;
    expect(await world.settle(last)).toBe("Hello, last");
  });

  it("that is reentrant handles calls while others wait for something, and can call itself", async () => {
    class Fibonacci extends DistributedActor.with("of") {
      static readonly reentrant = true;

      async of(n: number): Promise<number> {
        const self = this.context.ref<Fibonacci>();
        return n < 2 ? n : (await self.of(n - 1)) + (await self.of(n - 2));
      }
    }
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const fibonacci = b.resolve(Fibonacci, String(a.spawn(Fibonacci)));
    expect(await simulation.clock.settle(fibonacci.of(10))).toBe(55);
    const stubborn = a.spawn({ actor: Fibonacci, reentrant: false });
    const error = await simulation.clock.settle(stubborn.of(2).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: "TIMED_OUT" });
  });

  it("may take other calls meanwhile than those that it makes of others that call it back, if it is reentrant", async () => {
    class Player extends DistributedActor.with("play") {
      async play(other: ActorRef<Player>, rounds: number): Promise<number> {
        if (rounds === 0) return 0;
        return 1 + (await other.play(this.context.ref<Player>(), rounds - 1));
      }
    }
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const one = a.spawn({ actor: Player, reentrant: true });
    const other = b.spawn({ actor: Player, reentrant: true });
    expect(await simulation.clock.settle(one.play(other, 7))).toBe(7);
  });
});
