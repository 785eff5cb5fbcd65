import { describe, expect, it } from "vitest";
import { type ActorRef, type ActorTermination, actorId, DistributedActor } from "../../src/actors/index.js";
import { errorOf } from "../support/error-of.js";
import { Simulation } from "../support/simulation.js";
import { Greeter } from "./support/greeter.js";
import { pair } from "./support/pair.js";

const log: string[] = [];

class Diligent extends DistributedActor.with("work", "watch", "quit") {
  protected override async onStart(): Promise<void> {
    log.push("starting");
    await Promise.resolve();
    log.push("started");
  }

  work(what: string): void {
    log.push(what);
  }

  watch(other: ActorRef<Greeter>): void {
    this.context.watchTermination(other);
  }

  quit(): void {
    void this.context.stop();
    log.push("quitting");
  }

  protected override terminated({ id, reason }: ActorTermination): void {
    log.push(`${id.name} ${reason}`);
  }

  protected override async onStop(): Promise<void> {
    log.push("stopping");
    await Promise.resolve();
    log.push("stopped");
  }
}

describe("an actor", () => {
  it("handles nothing before its start hook is over, and nothing after its stop hook has begun", async () => {
    await using simulation = new Simulation();
    const [a] = await simulation.startMany(1);
    log.length = 0;
    const actor = a.spawn(Diligent);
    const [work, quit, late] = [actor.work("work"), actor.quit(), errorOf(actor.work("more"))];
    await simulation.clock.settle(Promise.all([work, quit]));
    expect(await late).toMatchObject({ code: "ACTOR_STOPPED" });
    await simulation.clock.advance(1);
    expect(log).toEqual(["starting", "started", "work", "quitting", "stopping", "stopped"]);
    expect(await simulation.clock.settle(errorOf(actor.work("again")))).toMatchObject({ code: "UNKNOWN_ACTOR" });
    expect(a.cluster.explain().actors?.running).toBe(0);
  });

  it("stops when its start hook fails, and calls fail with why", async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    class Broken extends DistributedActor.with("work") {
      protected override async onStart(): Promise<void> {
        await opened;
        throw new Error("no database");
      }
      work(): void {}
    }
    await using simulation = new Simulation();
    const [a] = await simulation.startMany(1);
    const broken = a.spawn(Broken);
    const call = errorOf(broken.work());
    await simulation.clock.advance(10);
    open();
    const error = await simulation.clock.settle(call);
    expect(error).toMatchObject({ code: "ACTOR_STOPPED", cause: { message: "no database" } });
  });

  it("is stopped by whoever runs its node, and nobody else", async () => {
    await using world = await pair();
    const held = errorOf(world.remote.hold("first"));
    const waiting = errorOf(world.remote.greet("second"));
    await world.simulation.clock.advance(100);
    await expect(world.here.stopActor(world.remote)).rejects.toMatchObject({ code: "NOT_LOCAL" });
    const stopped = world.there.stopActor(world.local);
    expect(await world.settle(waiting)).toMatchObject({ code: "ACTOR_STOPPED" });
    world.actor.release();
    await world.settle(stopped);
    // What was being handled was brought to its end.
    expect(await world.settle(held)).toBeUndefined();
    expect(await world.failure(world.remote.greet("third"))).toMatchObject({ code: "UNKNOWN_ACTOR" });
    await world.settle(world.there.stopActor(world.local));
  });

  it("gives way to another of its name when it has stopped, and not before", async () => {
    await using world = await pair();
    expect(() => world.there.spawn({ actor: Greeter, name: "greeter" })).toThrow(
      expect.objectContaining({ code: "NAME_TAKEN" }),
    );
    await world.settle(world.there.stopActor(world.local));
    world.there.spawn({ actor: Greeter, name: "greeter" }, "Welcome back");
    expect(await world.settle(world.remote.greet("you"))).toBe("Welcome back, you");
  });

  it("is told, between calls, when one is no more that it watches", async () => {
    await using world = await pair();
    log.length = 0;
    const watcher = world.here.spawn(Diligent);
    await world.settle(watcher.watch(world.remote));
    await world.simulation.clock.advance(100);
    await world.settle(world.there.stopActor(world.local));
    await world.simulation.clock.advance(100);
    expect(log).toEqual(["starting", "started", "greeter stopped"]);
  });

  it("is not told when it has stopped itself", async () => {
    await using world = await pair();
    log.length = 0;
    const watcher = world.here.spawn(Diligent);
    await world.settle(watcher.watch(world.remote));
    await world.simulation.clock.advance(100);
    await world.settle(world.here.stopActor(watcher));
    await world.settle(world.there.stopActor(world.local));
    await world.simulation.clock.advance(100);
    expect(log).toEqual(["starting", "started", "stopping", "stopped"]);
  });

  it("has no context in its constructor", async () => {
    class Hasty extends DistributedActor.with("work") {
      constructor() {
        super();
        this.context.stop();
      }
      work(): void {}
    }
    await using simulation = new Simulation();
    const [a] = await simulation.startMany(1);
    expect(() => a.spawn(Hasty)).toThrow(expect.objectContaining({ code: "INVALID_ACTOR" }));
    expect(a.cluster.explain().actors?.running).toBe(0);
  });

  it("has a name of its class and a number, if it is given none", async () => {
    await using simulation = new Simulation();
    const [a] = await simulation.startMany(1);
    const [one, other] = [a.spawn(Greeter), a.spawn(Greeter)];
    expect(actorId(one).name).toMatch(/^Greeter-\d+$/);
    expect(actorId(one).name).not.toBe(actorId(other).name);
    for (const name of ["", "a b", "a/b", "x".repeat(257)]) {
      expect(() => a.spawn({ actor: Greeter, name })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
    expect(() => a.spawn({ actor: Greeter, mailboxSize: 0 })).toThrow(/mailboxSize is 0/);
  });
});
