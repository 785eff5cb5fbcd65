import { describe, expect, it } from "vitest";
import {
  type ActorError,
  ActorId,
  type ActorRef,
  actorId,
  type DeadLetter,
  DistributedActor,
  deadLetters,
  errorType,
  isActorError,
  withOptions,
} from "../../src/actors/index.js";
import { Simulation } from "../support/simulation.js";
import { Greeter, OutOfStock } from "./support/greeter.js";
import { pair } from "./support/pair.js";

describe("a call to an actor on another node", () => {
  it("brings back what the method returns", async () => {
    await using world = await pair();
    expect(await world.settle(world.remote.greet("you"))).toBe("Hello, you");
  });

  it("brings back nothing from a method that returns nothing", async () => {
    await using world = await pair();
    expect(await world.settle(world.remote.nothing())).toBeUndefined();
  });

  it.each([
    ["error", { name: "RangeError", message: "too far" }],
    ["text", { name: "Error", message: "too far" }],
    ["nothing", { name: "Error", message: "undefined" }],
  ] as const)("fails with a remote error when the method throws %s, without its stack", async (kind, remote) => {
    await using world = await pair();
    const error = (await world.failure(world.remote.fail(kind, "too far"))) as ActorError;
    expect(error).toMatchObject({ code: "REMOTE_ERROR", method: "fail", actor: String(world.local), remote });
    expect(error.message).toContain(remote.message);
    expect(error.remote?.stack).toBeUndefined();
    expect(isActorError(error)).toBe(true);
  });

  it("brings the stack of what was thrown where the settings allow it", async () => {
    await using world = await pair((settings) => {
      settings.actors.exposeStacks = true;
    });
    const error = (await world.failure(world.remote.fail("error", "too far"))) as ActorError;
    expect(error.remote?.stack).toContain("Observed.fail");
  });

  it("fails with the error itself if its class is registered", async () => {
    await using world = await pair((settings) => {
      settings.actors.types = [errorType(OutOfStock)];
    });
    const error = await world.failure(world.remote.fail("registered", "no more apples"));
    expect(error).toBeInstanceOf(OutOfStock);
    expect(error).toMatchObject({ name: "OutOfStock", message: "no more apples", left: 3 });
  });

  it("fails after 5 s without an answer", async () => {
    await using world = await pair();
    const before = world.simulation.clock.now();
    const error = await world.failure(world.remote.hold("me"));
    expect(error).toMatchObject({ code: "TIMED_OUT", actor: String(world.local), method: "hold" });
    expect(world.simulation.clock.now() - before).toBeGreaterThanOrEqual(5_000);
    expect(world.simulation.clock.now() - before).toBeLessThan(5_100);
  });

  it("fails after the time that the settings give, and each call when its own is over", async () => {
    await using world = await pair((settings) => {
      settings.actors.callTimeoutMs = 100;
    });
    const { clock } = world.simulation;
    const ends: number[] = [];
    const start = clock.now();
    for (const at of [0, 30, 90]) {
      await clock.advance(at - (clock.now() - start));
      world.remote.hold("me").catch(() => ends.push(clock.now() - start));
    }
    await clock.advance(1_000);
    expect(ends).toEqual([100, 130, 190]);
  });

  it("takes a time-out of its own", async () => {
    await using world = await pair();
    const before = world.simulation.clock.now();
    const error = await world.failure(withOptions(world.remote, { timeoutMs: 40 }).hold("me"));
    expect(error).toMatchObject({ code: "TIMED_OUT" });
    expect(world.simulation.clock.now() - before).toBeCloseTo(40, 6);
    const patient = withOptions(world.remote, { timeoutMs: Number.POSITIVE_INFINITY }).hold("still");
    world.actor.release();
    await world.simulation.clock.advance(60_000);
    world.actor.release();
    expect(await world.settle(patient)).toBe("still");
    expect(() => withOptions(world.remote, { timeoutMs: Number.NaN })).toThrow(/timeoutMs is NaN/);
  });

  it("fails with the signal's reason when that aborts, at once if it has", async () => {
    await using world = await pair();
    const controller = new AbortController();
    const call = withOptions(world.remote, { signal: controller.signal }).hold("me");
    await world.simulation.clock.advance(10);
    controller.abort(new Error("never mind"));
    expect(await world.failure(call)).toMatchObject({ message: "never mind" });
    expect(await world.failure(withOptions(world.remote, { signal: controller.signal }).greet("me"))).toMatchObject({
      message: "never mind",
    });
  });

  it("fails when there is no such actor, which is a dead letter there", async () => {
    await using world = await pair();
    const letters: DeadLetter[] = [];
    void (async () => {
      for await (const letter of deadLetters(world.there)) letters.push(letter);
    })();
    const nobody = world.here.resolve(Greeter, { node: world.there.cluster.self, name: "nobody" });
    expect(await world.failure(nobody.greet("you"))).toMatchObject({ code: "UNKNOWN_ACTOR", method: "greet" });
    expect(letters).toMatchObject([
      { method: "greet", from: String(world.here.cluster.self), reason: "unknown-actor" },
    ]);
    expect(letters.map(({ to }) => String(to))).toEqual([String(nobody)]);
    expect(world.there.cluster.explain().actors?.deadLetters).toBe(1);
  });

  it("fails when the actor has no such distributed method, though it has the method", async () => {
    await using world = await pair();
    class Nosy extends DistributedActor.with("secret", "constructor2") {
      secret(): void {}
      constructor2(): void {}
    }
    const nosy = world.here.resolve(Nosy, String(world.local));
    const error = await world.failure(nosy.secret());
    expect(error).toMatchObject({ code: "UNKNOWN_METHOD", method: "secret" });
    expect((error as Error).message).toContain("secret");
    expect(await world.failure(nosy.constructor2())).toMatchObject({ code: "UNKNOWN_METHOD" });
  });

  it("keeps its place among those of its caller, also of those from before there was a connection", async () => {
    await using simulation = new Simulation({ latencyMs: [1, 40] });
    const [a] = await simulation.startMany(1);
    const [b] = await simulation.startMany(1);
    const greeter = a.spawn(Greeter);
    const joining = b.cluster.join(a.cluster.self.address);
    // Not even a member, and so much the less connected.
    const remote = b.resolve(Greeter, String(greeter));
    const calls: Promise<string>[] = [];
    for (let call = 0; call < 200; call++) {
      calls.push(remote.greet(String(call)));
      await simulation.clock.advance(1);
    }
    await simulation.clock.settle(joining);
    await simulation.clock.settle(Promise.all(calls));
    const inOrder = Array.from({ length: 200 }, (_, call) => String(call));
    expect(await simulation.clock.settle(remote.heard())).toEqual(inOrder);
  });

  it("finds what is called while nothing there runs actors: it is told that there is no such actor", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const nobody = a.resolve(Greeter, { node: b.cluster.self, name: "nobody" });
    expect(b.cluster.explain().actors).toBeUndefined();
    const error = await simulation.clock.settle(nobody.greet("you").catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: "UNKNOWN_ACTOR" });
  });

  it("can be made by many at a time, each getting its own answer", async () => {
    await using world = await pair();
    const calls = Array.from({ length: 5_000 }, (_, call) => world.remote.greet(String(call)));
    const answers = await world.settle(Promise.all(calls));
    expect(answers).toEqual(calls.map((_, call) => `Hello, ${call}`));
    expect(world.here.cluster.explain().actors?.callsInFlight).toBe(0);
  });

  it("fails when too many are in flight to one node", async () => {
    await using world = await pair((settings) => {
      settings.actors.maxCallsInFlight = 2;
    });
    const [first, second] = [world.remote.greet("1"), world.remote.greet("2")];
    expect(await world.failure(world.remote.greet("3"))).toMatchObject({ code: "TOO_MANY_CALLS" });
    expect(await world.settle(Promise.all([first, second]))).toEqual(["Hello, 1", "Hello, 2"]);
  });
});

describe("a reference", () => {
  it("works on a third node that it was sent to", async () => {
    await using simulation = new Simulation();
    const [a, b, c] = await simulation.form(3);
    const greeter = a.spawn(Greeter, "Ciao");
    const middle = b.spawn(Greeter);
    const onC = c.resolve(Greeter, String(middle));
    const sent = c.resolve(Greeter, String(greeter));
    expect(await simulation.clock.settle(onC.ask(sent, "C"))).toBe("Ciao, C");
    const echoed = (await simulation.clock.settle(onC.echo([sent]))) as [ActorRef<Greeter>];
    expect(String(echoed[0])).toBe(String(greeter));
    expect(await simulation.clock.settle(echoed[0].greet("you"))).toBe("Ciao, you");
  });

  it("to an actor of the node that it comes to calls that", async () => {
    await using world = await pair();
    const other = world.there.spawn(Greeter, "Ciao");
    const sent = world.here.resolve(Greeter, String(other));
    expect(await world.settle(world.remote.ask(sent, "me"))).toBe("Ciao, me");
  });

  it("is what an actor gives of itself", async () => {
    await using world = await pair();
    const given = await world.settle(world.remote.self());
    expect(String(given)).toBe(String(world.local));
    expect(await world.settle(given.greet("you"))).toBe("Hello, you");
  });

  it("has an id, which is also what it is written as", async () => {
    await using world = await pair();
    const { node } = actorId(world.remote);
    expect(actorId(world.remote)).toBeInstanceOf(ActorId);
    expect(node).toBe(world.here.cluster.membership.get(world.there.cluster.self.id)?.node);
    expect(String(world.remote)).toBe(`${world.there.cluster.self}/greeter`);
    expect(JSON.stringify([world.remote])).toBe(JSON.stringify([String(world.remote)]));
  });

  it("has the distributed methods and no others", async () => {
    await using world = await pair();
    expect("greet" in world.remote).toBe(true);
    for (const name of ["secret", "release", "then", "onStart"]) expect(name in world.remote).toBe(false);
  });

  it.each(["", "greeter", "other@10.0.0.1:1#0123456789abcdef/x", "simulated@10.0.0.1:1#0123456789abcdef/", "a@b#c/d"])(
    "is not made of %j",
    async (id) => {
      await using world = await pair();
      expect(() => world.here.resolve(Greeter, id)).toThrow(expect.objectContaining({ code: "INVALID_ID" }));
    },
  );
});

describe("a call to an actor on the same node", () => {
  it("brings back what the method returns, and the error itself that it throws", async () => {
    await using world = await pair();
    expect(await world.settle(world.local.greet("me"))).toBe("Hello, me");
    expect(await world.failure(world.local.fail("error", "too far"))).toBeInstanceOf(RangeError);
  });

  it("passes values on as they are", async () => {
    await using world = await pair();
    const value = { list: [1] };
    expect(await world.settle(world.local.echo(value))).toBe(value);
  });

  it("is handled after the turn in which it was made", async () => {
    await using world = await pair();
    const call = world.local.greet("me");
    expect(await world.settle(world.local.heard())).toEqual(["me"]);
    await world.settle(call);
  });

  it("times out, and fails when there is no such actor", async () => {
    await using world = await pair();
    expect(await world.failure(world.local.hold("me"))).toMatchObject({ code: "TIMED_OUT" });
    const nobody = world.there.resolve(Greeter, { node: world.there.cluster.self, name: "nobody" });
    expect(await world.failure(nobody.greet("you"))).toMatchObject({ code: "UNKNOWN_ACTOR" });
  });
});
