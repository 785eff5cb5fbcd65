import { describe, expect, it } from "vitest";
import { World } from "./support/world.js";

describe("announcing", () => {
  it("says at once who is there, and says it again three times within the time to live", async () => {
    const world = new World();
    await world.announce(1, { ttlMs: 9000 });
    const said = JSON.parse(world.sent("alive")[0]?.text as string);
    expect(said).toEqual({
      ...{ v: 1, lease: expect.stringMatching(/^[a-z\d]{16}$/), ttlMs: 9000 },
      ...{ host: "10.0.0.1", port: 7337, id: "n1" },
    });
    await world.clock.advance(90_000);
    const times = world.sent("alive").map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
    expect(Math.max(...gaps)).toBeLessThan(3010);
    expect(Math.min(...gaps)).toBeGreaterThan(2690);
  });

  it("answers whoever asks, and only there", async () => {
    const world = new World();
    await world.announce(1);
    const spoken = world.server.published.length;
    const browsing = world.browse();
    await world.clock.advance(200);
    expect(browsing.ids).toEqual(["n1"]);
    const since = world.server.published.slice(spoken).map(({ subject }) => subject);
    expect(since).toEqual(["rollcall.orders.who", expect.stringMatching(/^rollcall\.orders\.here\.[a-z\d]{16}$/)]);
  });

  it("says goodbye when it is withdrawn, and nothing afterwards", async () => {
    const world = new World();
    const announcement = await world.announce(1);
    const browsing = world.browse();
    await world.clock.advance(200);
    await world.withdraw(announcement);
    await world.clock.advance(2);
    expect(browsing.ids).toEqual([]);
    const spoken = world.sent("alive").length;
    await world.clock.advance(60_000);
    expect(world.sent("alive")).toHaveLength(spoken);
    expect(browsing.listings.map((listing) => listing.length)).toEqual([1, 0]);
  });

  it("is not brought back by what was said before the goodbye and comes after it", async () => {
    const world = new World();
    const announcement = await world.announce(1);
    const browsing = world.browse();
    await world.clock.advance(200);
    const late = world.sent("alive")[0]?.text as string;
    await world.withdraw(announcement);
    await world.clock.advance(2);
    world.server.publish("rollcall.orders.alive", late);
    await world.clock.advance(20_000);
    expect(browsing.ids).toEqual([]);
  });

  it("can be made again after it was withdrawn, under another lease", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.withdraw(await world.announce(1));
    await world.announce(1);
    await world.clock.advance(10);
    expect(browsing.ids).toEqual(["n1"]);
    expect(new Set(world.sent("alive").map(({ text }) => JSON.parse(text).lease)).size).toBe(2);
  });

  it("comes back by itself when the server does, without having been dropped, and reports the outage once", async () => {
    const world = new World();
    const discovery = world.discovery();
    await world.announce(1);
    const before = world.browse({}, discovery);
    await world.clock.advance(200);
    world.server.stop();
    await world.clock.advance(600_000);
    expect(before.over).toBe(true);
    expect(world.problems.map(({ code }) => code)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]); // lost, then refused
    const attempts = world.server.refused;
    expect(attempts).toBeLessThan(350); // every 2 seconds in the end
    world.server.start();
    const after = world.browse({}, discovery);
    await world.clock.advance(30_000);
    expect(after.listings.map((listing) => listing.length)).toEqual([1]);
  });

  it("makes another connection when a heartbeat is not answered", async () => {
    const world = new World();
    await world.announce(1);
    world.server.stall();
    await world.clock.advance(7100);
    expect(world.problems.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
    world.server.resume();
    await world.clock.advance(10_000);
    expect(world.server.opened).toBe(2);
    expect(world.server.open).toBe(1);
  });

  it("is refused when the server is not there", async () => {
    const world = new World();
    world.server.stop();
    await expect(world.announce(1)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(world.server.open).toBe(0);
  });

  it.each(["alive", "who"])("is refused when the server forbids %s, and leaves nothing", async (verb) => {
    const world = new World();
    world.server.forbidden.add(`rollcall.orders.${verb}`);
    const refused = { code: "FORBIDDEN", message: expect.stringContaining(verb) };
    await expect(world.announce(1)).rejects.toMatchObject(refused);
    await world.clock.advance(1);
    expect([world.server.open, world.clock.pending]).toEqual([0, 0]);
  });

  it("reports when it is forbidden later, and goes on when it is allowed again", async () => {
    const world = new World();
    await world.announce(1);
    world.server.forbidden.add("rollcall.orders.alive");
    await world.clock.advance(60_000);
    expect(world.problems.map(({ code }) => code)).toEqual(["FORBIDDEN"]);
    // Not being heard is no goodbye, after which nobody would listen to it any more.
    expect(world.sent("bye")).toEqual([]);
    world.server.forbidden.clear();
    const spoken = world.sent("alive").length;
    await world.clock.advance(10_000);
    expect(world.sent("alive").length).toBeGreaterThan(spoken);
  });

  it("says so when it cannot say goodbye", async () => {
    const world = new World();
    const announcement = await world.announce(1);
    world.server.stop();
    await world.clock.advance(10);
    const withdrawn = world.withdraw(announcement);
    await expect(withdrawn).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("15000 ms"),
    });
    world.server.start();
    await world.clock.advance(60_000);
    expect([world.server.open, world.clock.pending]).toEqual([0, 0]);
  });

  it("that is withdrawn while it comes back is gone all the same", async () => {
    for (let moment = 0; moment < 12; moment++) {
      const world = new World();
      const announcement = await world.announce(1);
      const browsing = world.browse();
      world.server.stop();
      await world.clock.advance(1);
      world.server.start();
      await world.clock.until(() => world.server.opened > 2 || world.server.open > 0, 10_000);
      await world.clock.advance(moment * 0.5);
      await world.withdraw(announcement).catch(() => {});
      await world.clock.advance(10);
      const after = world.browse();
      await world.clock.advance(2000);
      expect(after.ids, `after ${moment * 0.5} ms`).toEqual([]);
      expect(browsing.over).toBe(true);
    }
  });

  it("that is aborted while it is made leaves nothing listed", async () => {
    for (let moment = 0; moment < 12; moment++) {
      const world = new World();
      const browsing = world.browse();
      await world.clock.advance(10);
      const abort = new AbortController();
      const self = { host: "10.0.0.1", port: 7337 };
      const announcing = world.discovery().announce(self, { signal: abort.signal });
      announcing.catch(() => {});
      await world.clock.advance(moment * 0.5);
      abort.abort(new Error("enough"));
      await world.clock.advance(10);
      expect(browsing.ids, `after ${moment * 0.5} ms`).toEqual([]);
      await browsing.stop();
      expect([world.server.open, world.clock.pending]).toEqual([0, 0]);
    }
  });

  it("is refused when others could not read it for its length", async () => {
    const world = new World();
    const self = { host: "10.0.0.1", port: 7337, metadata: { text: "x".repeat(9000) } };
    await expect(world.discovery().announce(self)).rejects.toMatchObject({
      ...{ code: "MISCONFIGURED", message: expect.stringContaining("metadata") },
    });
    expect(world.server.opened).toBe(0);
  });

  it("of a process that is started again at the same place takes the place of the one that crashed", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(10);
    const crashed = { v: 1, lease: "a", ttlMs: 15_000, host: "10.0.0.1", port: 7337, id: "zzz" };
    world.server.publish("rollcall.orders.alive", crashed);
    await world.clock.advance(10);
    await world.announce(1);
    await world.clock.advance(10);
    expect(browsing.ids).toEqual(["n1"]);
    await world.clock.advance(60_000);
    expect(browsing.listings.map((listing) => listing.map(({ id }) => id))).toEqual([[], ["zzz"], ["n1"]]);
  });
});
