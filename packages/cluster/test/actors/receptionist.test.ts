import { describe, expect, it } from "vitest";
import { type ActorRef, DistributedActor, type ReceptionKey, receptionKey, stopActor } from "../../src/actors/index.js";
import type { ClusterSystem } from "../../src/index.js";
import { Simulation } from "../support/simulation.js";

class Greeter extends DistributedActor.with("greet") {
  readonly #greeting: string;

  constructor(greeting = "Hello") {
    super();
    this.#greeting = greeting;
  }

  greet(name: string): string {
    return `${this.#greeting}, ${name}`;
  }
}

const GREETERS = receptionKey<Greeter>("greeters");

/** How many greeters each node knows. */
const counts = (systems: readonly ClusterSystem[], key: ReceptionKey<Greeter> = GREETERS) =>
  systems.map(({ receptionist }) => receptionist.lookup(key).length);

describe("an actor registered on one node", () => {
  it("is listed on all, and can be called there", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a, b, c] = systems;
    a.receptionist.register(GREETERS, a.spawn(Greeter, "Hi"));
    await simulation.clock.until(() => counts(systems).every((count) => count === 1), 100, "that all list it");
    const [greeter] = c.receptionist.lookup(GREETERS);
    expect(await simulation.clock.settle((greeter as ActorRef<Greeter>).greet("you"))).toBe("Hi, you");
    expect(b.receptionist.lookup(receptionKey<Greeter>("others"))).toEqual([]);
  });

  it("is listed in the same order everywhere, together with those of other nodes", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(4);
    for (const system of systems) {
      for (let count = 0; count < 3; count++) system.receptionist.register(GREETERS, system.spawn(Greeter));
    }
    await simulation.clock.until(() => counts(systems).every((count) => count === 12), 1_000, "that all list twelve");
    const listings = systems.map(({ receptionist }) => receptionist.lookup(GREETERS).map(String).join());
    expect(new Set(listings).size).toBe(1);
  });

  it("is not listed any more when it has stopped", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a] = systems;
    const greeter = a.spawn(Greeter);
    a.receptionist.register(GREETERS, greeter);
    a.receptionist.register(GREETERS, a.spawn(Greeter));
    await simulation.clock.until(() => counts(systems).every((count) => count === 2), 100, "that all list both");
    await simulation.clock.settle(stopActor(a, greeter));
    await simulation.clock.until(() => counts(systems).every((count) => count === 1), 100, "that one is left");
  });

  it("is not listed any more when it was taken back, and is when it is registered again", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(2);
    const [a] = systems;
    const greeter = a.spawn(Greeter);
    const first = a.receptionist.register(GREETERS, greeter);
    const again = a.receptionist.register(GREETERS, greeter);
    await simulation.clock.until(() => counts(systems).every((count) => count === 1), 100, "that it is listed once");
    first.unregister();
    again.unregister();
    await simulation.clock.until(() => counts(systems).every((count) => count === 0), 100, "that it is gone");
    a.receptionist.register(GREETERS, greeter);
    await simulation.clock.until(() => counts(systems).every((count) => count === 1), 100, "that it is back");
  });

  it.each(["crashes", "is downed", "leaves"])("is not listed any more when its node %s", async (how) => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a, b, c] = systems;
    c.receptionist.register(GREETERS, c.spawn(Greeter));
    await simulation.clock.until(() => counts(systems).every((count) => count === 1), 100, "that all list it");
    if (how === "crashes") simulation.kill(c);
    else if (how === "leaves") void c.shutdown();
    else a.cluster.down(c.cluster.self);
    await simulation.clock.until(() => counts([a, b]).every((count) => count === 0), 10_000, "that it is gone");
    await simulation.clock.advance(20_000);
    expect(counts([a, b])).toEqual([0, 0]);
  });

  it("can be registered by its own node only, and only while it runs", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const greeter = a.spawn(Greeter);
    const there = b.resolve(Greeter, String(greeter));
    expect(() => b.receptionist.register(GREETERS, there)).toThrow(expect.objectContaining({ code: "NOT_LOCAL" }));
    await simulation.clock.settle(stopActor(a, greeter));
    const late = () => a.receptionist.register(GREETERS, greeter);
    expect(late).toThrow(expect.objectContaining({ code: "UNKNOWN_ACTOR" }));
  });
});

describe("a node that joins late", () => {
  it("comes to know who is registered, and makes its own known", async () => {
    await using simulation = new Simulation();
    const systems: ClusterSystem[] = await simulation.form(3);
    for (const system of systems) system.receptionist.register(GREETERS, system.spawn(Greeter));
    const late = await simulation.start();
    late.receptionist.register(GREETERS, late.spawn(Greeter));
    systems.push(late);
    await simulation.join([late], systems[0] as ClusterSystem);
    await simulation.clock.until(() => counts(systems).every((count) => count === 4), 5_000, "that all list four");
  });
});

describe("two islands that meet", () => {
  it("come to list the same", async () => {
    await using simulation = new Simulation();
    const one: ClusterSystem[] = await simulation.form(2);
    const other: ClusterSystem[] = await simulation.form(2);
    const all = [...one, ...other];
    for (const system of all) system.receptionist.register(GREETERS, system.spawn(Greeter));
    await simulation.clock.until(
      () => counts(all).every((count) => count === 2),
      1_000,
      "that each island knows its own",
    );
    await simulation.join([other[0] as ClusterSystem], one[0] as ClusterSystem);
    await simulation.clock.until(() => counts(all).every((count) => count === 4), 10_000, "that all list four");
  });
});

describe("five hundred registrations", () => {
  it("stream in batches", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a, b] = systems;
    const seen: number[] = [];
    const read = async () => {
      for await (const listing of b.receptionist.listing(GREETERS)) seen.push(listing.length);
    };
    void read();
    for (let count = 0; count < 500; count++) a.receptionist.register(GREETERS, a.spawn(Greeter));
    await simulation.clock.until(() => counts(systems).every((count) => count === 500), 5_000, "that all list them");
    expect(seen.at(-1)).toBe(500);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    const { sent } = a.cluster.explain().actors?.receptionist ?? {};
    expect(sent?.parts).toBeLessThan(20);
  });
});

describe("a listing", () => {
  it("has who is there first, and then everybody after each change", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    a.receptionist.register(GREETERS, a.spawn(Greeter));
    await simulation.clock.until(() => counts([b])[0] === 1, 100, "that b knows one");
    const seen: number[] = [];
    const read = async () => {
      for await (const listing of b.receptionist.listing(GREETERS)) seen.push(listing.length);
    };
    const reading = read();
    await simulation.clock.advance(10);
    const { unregister } = a.receptionist.register(GREETERS, a.spawn(Greeter));
    await simulation.clock.advance(100);
    unregister();
    await simulation.clock.advance(100);
    expect(seen).toEqual([1, 2, 1]);
    await simulation.clock.settle(b.shutdown());
    await reading;
  });

  it("gives the newest to who reads slowly, and nothing when nobody is there", async () => {
    await using simulation = new Simulation();
    const [a] = await simulation.form(2);
    const listing = a.receptionist.listing(GREETERS);
    expect((await listing.next()).value).toEqual([]);
    for (let count = 0; count < 10; count++) a.receptionist.register(GREETERS, a.spawn(Greeter));
    expect((await listing.next()).value).toHaveLength(10);
    await listing.return?.();
  });
});

describe("a node that has nothing to do with actors", () => {
  it("has none to explain until another node tells of some", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    await simulation.clock.advance(30_000);
    expect(b.cluster.explain().actors).toBeUndefined();
    a.receptionist.register(GREETERS, a.spawn(Greeter));
    await simulation.clock.until(() => counts([b])[0] === 1, 1_000, "that b knows it");
    expect(b.cluster.explain().actors?.receptionist?.registered).toEqual({ here: 0, known: 1 });
  });
});
