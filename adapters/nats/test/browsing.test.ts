import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { createDiscovery } from "../src/discovery.js";
import { alive, World } from "./support/world.js";

describe("browsing", () => {
  it("gives nobody at once when the server knows that nobody listens", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    expect(browsing.listings).toEqual([[]]);
  });

  it("gives those who answered when nobody has answered for a while", async () => {
    const world = new World();
    for (const number of [1, 2, 3]) await world.announce(number);
    const startedAt = world.clock.now();
    const browsing = world.browse();
    await world.clock.until(() => browsing.listings.length > 0);
    expect(browsing.ids).toEqual(["n1", "n2", "n3"]);
    expect(world.clock.now() - startedAt).toBeLessThan(120);
  });

  it("waits for answers that trickle in, but not for ever", async () => {
    const world = new World();
    await world.announce(1);
    const startedAt = world.clock.now();
    const browsing = world.browse();
    await world.clock.advance(5);
    const [question] = world.sent("who");
    expect(question?.text).toBe('{"v":1}');
    // Somebody who goes on answering, each time for somebody else.
    const inbox = [...world.server.subjects].find((subject) => subject.startsWith("rollcall.orders.here."));
    for (let number = 2; number < 60; number++) {
      world.server.publish(inbox as string, alive(number));
      await world.clock.advance(50);
      if (browsing.listings.length > 0) break;
    }
    expect((browsing.at[0] as number) - startedAt).toBeGreaterThanOrEqual(1000);
    expect((browsing.at[0] as number) - startedAt).toBeLessThan(1010);
  });

  it("adds who announces itself, and takes out who says goodbye, without waiting", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    world.server.publish("rollcall.orders.alive", alive(1));
    await world.clock.advance(2);
    expect(browsing.ids).toEqual(["n1"]);
    world.server.publish("rollcall.orders.bye", { v: 1, lease: "lease-1" });
    await world.clock.advance(2);
    expect(browsing.ids).toEqual([]);
  });

  it("drops who falls silent when its time to live has passed, and not before", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    world.server.publish("rollcall.orders.alive", alive(1, { ttlMs: 4000 }));
    await world.clock.advance(4000);
    expect(browsing.ids).toEqual(["n1"]);
    await world.clock.advance(10);
    expect(browsing.ids).toEqual([]);
    expect(browsing.error).toBeUndefined();
  });

  it("keeps who loses two heartbeats of three", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    await world.announce(1);
    let beats = 0;
    world.server.loses = (subject) => subject === "rollcall.orders.alive" && beats++ % 3 !== 2;
    await world.clock.advance(300_000);
    expect(beats).toBeGreaterThan(55);
    expect(browsing.listings.map((listing) => listing.length)).toEqual([0, 1]);
  });

  it("asks the server before it drops anybody: when that hangs, the session fails and nobody is dropped", async () => {
    const world = new World();
    await world.announce(1);
    const browsing = world.browse();
    await world.clock.until(() => browsing.listings.length > 0);
    world.server.stall();
    await world.clock.until(() => browsing.over, 20_000);
    expect(browsing.error).toMatchObject({ code: "TIMED_OUT", retryable: true });
    expect(browsing.listings.map((listing) => listing.length)).toEqual([1]);
  });

  it.each(["timers", "network"] as const)(
    "takes what was said while it was itself stopped for said in time, %s first",
    async (first) => {
      const world = new World();
      await world.announce(1);
      const process = world.clock.process();
      const options = { service: "orders", clock: process, random: seededRandom(7) };
      const browsing = world.browse({}, createDiscovery(options, world.server.connectFrom(process)));
      await world.clock.until(() => browsing.listings.length > 0);
      process.freeze();
      await world.clock.advance(120_000);
      process.thaw(first);
      await world.clock.advance(60_000);
      expect(browsing.error).toBeUndefined();
      expect(browsing.listings.map((listing) => listing.length)).toEqual([1]);
    },
  );

  it("notices within 12 seconds that nothing comes through any more, also when nobody is there", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    world.server.stall();
    await world.clock.advance(12_100);
    expect(browsing.error?.code).toBe("TIMED_OUT");
    expect(browsing.listings).toEqual([[]]);
  });

  it("asks nothing of the server while others are heard", async () => {
    const world = new World();
    await world.announce(1);
    world.browse();
    await world.clock.advance(600_000);
    expect(world.sent("who")).toHaveLength(1);
    expect(world.server.roundTrips - world.sent("alive").length).toBeLessThanOrEqual(2);
  });

  it("lists no part of those who have answered because it was itself slow to read the rest", async () => {
    const world = new World();
    await world.announce(1);
    const process = world.clock.process();
    const options = { service: "orders", clock: process, random: seededRandom(7) };
    const browsing = world.browse({}, createDiscovery(options, world.server.connectFrom(process)));
    await world.clock.advance(10);
    const inbox = [...world.server.subjects].find((subject) => subject.startsWith("rollcall.orders.here."));
    // One has answered; two more answers wait while it stands still for longer than it waits for others.
    process.freeze();
    for (const number of [2, 3]) world.server.publish(inbox as string, alive(number));
    await world.clock.advance(500);
    process.thaw();
    await world.clock.advance(1000);
    expect(browsing.listings.map((listing) => listing.length)).toEqual([3]);
  });

  it("does not list nobody because the server was slow to take the question", async () => {
    const world = new World();
    await world.announce(1);
    world.server.latencyMs = 800;
    const browsing = world.browse({ gatherMs: 2000 });
    await world.clock.until(() => browsing.listings.length > 0, 10_000);
    expect(browsing.ids).toEqual(["n1"]);
  });

  it("fails when the server is not there, and when it goes", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    world.server.stop();
    await world.clock.advance(1);
    expect(browsing.error?.code).toBe("UNAVAILABLE");
    const another = world.browse();
    await world.clock.advance(10);
    expect(another.error?.code).toBe("UNAVAILABLE");
  });

  it("lists after an outage also those who are slower to come back, until their time to live has passed", async () => {
    const world = new World();
    const discovery = world.discovery();
    for (const number of [1, 2]) world.server.publish("rollcall.orders.alive", alive(number));
    const before = world.browse({}, discovery);
    await world.clock.advance(10);
    for (const number of [1, 2]) world.server.publish("rollcall.orders.alive", alive(number));
    await world.clock.advance(10);
    expect(before.ids).toEqual(["n1", "n2"]);
    world.server.stop();
    await world.clock.advance(1);
    // Attempts in vain do not forget either, and the time without a server is held against nobody.
    for (let attempt = 0; attempt < 3; attempt++) {
      const inVain = world.browse({}, discovery);
      await world.clock.advance(60_000);
      expect(inVain.error?.code).toBe("UNAVAILABLE");
    }
    world.server.start();
    const after = world.browse({}, discovery);
    await world.clock.advance(2000);
    world.server.publish("rollcall.orders.alive", alive(1));
    await world.clock.advance(12_900);
    expect(after.ids).toEqual(["n1", "n2"]);
    await world.clock.advance(200);
    expect(after.ids).toEqual(["n1"]);
    expect(after.listings.map((listing) => listing.length)).toEqual([2, 1]);
  });

  it("begins with what there is when the subscription before was not lost, but ended", async () => {
    const world = new World();
    const discovery = world.discovery();
    const before = world.browse({}, discovery);
    await world.clock.advance(10);
    world.server.publish("rollcall.orders.alive", alive(1));
    await world.clock.advance(10);
    expect(before.ids).toEqual(["n1"]);
    await before.stop();
    const after = world.browse({}, discovery);
    await world.clock.advance(2000);
    expect(after.ids).toEqual([]);
  });

  it("hears nothing of other services and other prefixes on the same server", async () => {
    const world = new World();
    await world.announce(1, { service: "orders.eu" });
    await world.announce(2, { prefix: "staging" });
    await world.announce(3);
    const browsing = world.browse();
    await world.clock.advance(20_000);
    expect(browsing.ids).toEqual(["n3"]);
    expect(new Set(world.server.published.map(({ subject }) => subject.split(".").slice(0, 2).join(".")))).toEqual(
      new Set(["rollcall.orders", "staging.orders"]),
    );
  });

  it("leaves out what it cannot read, says so once, and lists the others", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    for (let beat = 0; beat < 5; beat++) {
      for (const message of ["nonsense", alive(2, { port: 0 }), alive(3, { v: 2 }), alive(1)]) {
        world.server.publish("rollcall.orders.alive", message);
      }
      world.server.publish("rollcall.orders.bye", { v: 1 });
      await world.clock.advance(5000);
    }
    expect(browsing.ids).toEqual(["n1"]);
    expect(world.problems.map(({ code }) => code)).toEqual(Array(4).fill("MALFORMED_RECORD"));
    expect(world.problems.map(({ message }) => message).join()).toContain("version 2");
    expect(world.problems[0]?.message).toContain("rollcall.orders.alive");
  });

  it("does not report without end when nonsense does not end", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(10);
    for (let number = 0; number < 1000; number++) {
      world.server.publish("rollcall.orders.alive", alive(1, { v: number + 2 }));
    }
    await world.clock.advance(10);
    expect(world.problems).toHaveLength(100);
  });

  it("keeps at most maxInstances, and says that there are more", async () => {
    const world = new World();
    const browsing = world.browse({ maxInstances: 2 });
    await world.clock.advance(10);
    for (const number of [1, 2, 3, 4]) world.server.publish("rollcall.orders.alive", alive(number));
    await world.clock.advance(10);
    expect(browsing.ids).toEqual(["n1", "n2"]);
    expect(world.problems).toHaveLength(1);
    expect(world.problems[0]?.message).toContain("maxInstances");
  });

  it.each(["alive", "bye", "who"])("fails with what is forbidden: %s", async (verb) => {
    const world = new World();
    world.server.forbidden.add(`rollcall.orders.${verb}`);
    const browsing = world.browse();
    await world.clock.advance(10);
    expect(browsing.error).toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining(verb) });
  });

  it("leaves no timer and no connection, however it ends", async () => {
    const world = new World();
    const aborted = world.browse();
    const early = world.browse();
    await world.clock.advance(3);
    await early.stop();
    await world.clock.advance(5000);
    await aborted.stop();
    expect([world.clock.pending, world.server.open]).toEqual([0, 0]);
    const failed = world.browse();
    await world.clock.advance(10);
    world.server.stop();
    await world.clock.advance(1);
    expect(failed.over).toBe(true);
    expect([world.clock.pending, world.server.open]).toEqual([0, 0]);
  });
});

describe("a lookup", () => {
  it("gathers for as long as it may, because nothing follows", async () => {
    const world = new World();
    await world.announce(1);
    const startedAt = world.clock.now();
    const listing = await world.clock.settle(world.discovery().lookup());
    expect(listing).toEqual([{ host: "10.0.0.1", port: 7337, id: "n1" }]);
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(1000);
    expect(world.server.open).toBe(1);
  });

  it("gives nobody at once when nobody listens", async () => {
    const world = new World();
    expect(await world.clock.settle(world.discovery().lookup(), 20)).toEqual([]);
  });

  it("leaves alone what an interrupted subscription knows", async () => {
    const world = new World();
    const discovery = world.discovery();
    const before = world.browse({}, discovery);
    await world.clock.advance(10);
    world.server.publish("rollcall.orders.alive", alive(1));
    await world.clock.advance(10);
    world.server.stop();
    await world.clock.advance(10);
    expect(before.over).toBe(true);
    world.server.start();
    expect(await world.clock.settle(discovery.lookup())).toEqual([]);
    const after = world.browse({}, discovery);
    await world.clock.advance(1100);
    expect(after.ids).toEqual(["n1"]);
  });
});
