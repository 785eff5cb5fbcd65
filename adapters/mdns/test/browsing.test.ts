import { describe, expect, it } from "vitest";
import { type DnsRecord, response } from "../src/dns/message.js";
import { Station } from "./support/medium.js";
import { answersOf, goodbye, recordsOf, TYPE } from "./support/records.js";
import { questionsOf, World } from "./support/world.js";

describe("the life of an instance", () => {
  it("ends one second after its goodbye", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(1000);
    expect(browsing.ids).toEqual(["node-1"]);
    world.medium.say(response({ answers: goodbye(answersOf("node-1")) }));
    await world.clock.advance(990);
    expect(browsing.ids).toEqual(["node-1"]);
    await world.clock.advance(40);
    expect(browsing.last).toEqual([]);
  });

  it("ends when its host's records expire, after four questions that nobody answers", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1", { hostTtl: 10, serviceTtl: 4500 }) }));
    await world.clock.advance(9900);
    expect(browsing.ids).toEqual(["node-1"]);
    await world.clock.advance(200);
    expect(browsing.last).toEqual([]);
    const asked = world
      .sent("query", 8000)
      .filter(({ message, at }) => at < 10_200 && message.questions[0]?.type !== "PTR");
    expect(asked).toHaveLength(4);
  });

  it("goes on as long as it answers", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    for (let round = 0; round < 20; round++) {
      world.medium.say(response({ answers: answersOf("node-1", { hostTtl: 10 }) }));
      await world.clock.advance(9500);
    }
    expect(browsing.listings).toHaveLength(1);
  });

  it("shows a new port at once, and never both", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(5000);
    world.medium.say(response({ answers: answersOf("node-1", { port: 7338 }) }));
    await world.clock.advance(5000);
    expect(browsing.listings.map((listing) => listing.map(({ port }) => port))).toEqual([[7337], [7338]]);
  });

  it("shows another address and other metadata", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(5000);
    const next = answersOf("node-1", { address: "10.0.0.8", txt: ["id=node-1", "zone=b"] });
    world.medium.say(response({ answers: next }));
    await world.clock.advance(5000);
    expect(browsing.last).toEqual([{ host: "10.0.0.8", port: 7337, id: "node-1", metadata: { zone: "b" } }]);
  });

  it("that was started again at its old place replaces the one that crashed there", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("old") }));
    await world.clock.advance(30_000);
    world.medium.say(response({ answers: answersOf("new") }));
    await world.clock.advance(1000);
    expect(browsing.ids).toEqual(["new"]);
  });
});

describe("what is listed", () => {
  it("are all instances of a host, with their ports", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    for (const port of [7001, 7002, 7003]) {
      world.medium.say(response({ answers: answersOf(`node-${port}`, { port, host: "one.local" }) }));
    }
    await world.clock.advance(500);
    expect(browsing.last?.map(({ port }) => port).sort()).toEqual([7001, 7002, 7003]);
  });

  const ranked = ["10.0.0.7", "192.168.7.7", "fd00::7", "169.254.3.3", "fe80::7", "127.0.0.1"];
  it.each([...ranked.keys()])("is one entry with the best of its addresses: those ranked from %i on", async (from) => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    const { ptr, srv, txt } = recordsOf("node-1");
    const addresses = ranked.slice(from).map((address) => recordsOf("node-1", { address }).address as DnsRecord);
    world.medium.say(response({ answers: [ptr, srv, txt, ...addresses.reverse()] }));
    await world.clock.advance(500);
    const host = ranked[from] === "fe80::7" ? "fe80::7%eth0" : ranked[from];
    expect(browsing.last).toEqual([{ host, port: 7337, id: "node-1" }]);
  });

  it("is an instance without our keys, without an id, and without a TXT record too", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    const { ptr, srv, address } = recordsOf("printer", { port: 631 });
    world.medium.say(response({ answers: [ptr, srv, address] }));
    world.medium.say(response({ answers: answersOf("other", { port: 9, txt: ["Color=T", "duplex", "=odd", ""] }) }));
    await world.clock.advance(3000);
    expect(browsing.last?.toSorted((a, b) => a.port - b.port)).toEqual([
      { host: "10.0.0.7", port: 9, metadata: { Color: "T", duplex: "" } },
      { host: "10.0.0.7", port: 631 },
    ]);
  });

  it("is the name from the TXT record when the announcer had no address for it", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1", { txt: ["id=n", "host=db.example.org"] }) }));
    await world.clock.advance(500);
    expect(browsing.last).toEqual([{ host: "db.example.org", port: 7337, id: "n" }]);
  });

  it("leaves out an instance that cannot be dialled, and says so", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1", { port: 0 }) }));
    await world.clock.advance(500);
    expect(browsing.last).toEqual([]);
    expect(browsing.problems.map(({ code }) => code)).toEqual(["MALFORMED_RECORD"]);
  });

  it("holds nothing of other services, and what they say costs no memory", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    const foreign = answersOf("tv").map((record) => ({ ...record, name: record.name.replace("_orders", "_cast") }));
    world.medium.say(response({ answers: foreign as DnsRecord[] }));
    await world.clock.advance(2000);
    expect(browsing.last).toEqual([]);
    expect(questionsOf(world).every(({ name }) => name === TYPE)).toBe(true);
  });

  it("is bounded by maxInstances, and what does not fit is reported once", async () => {
    const world = new World();
    const browsing = world.browse(undefined, { maxInstances: 3 });
    await world.clock.advance(200);
    for (let n = 1; n <= 8; n++) world.medium.say(response({ answers: answersOf(`node-${n}`, { port: 7000 + n }) }));
    await world.clock.advance(500);
    expect(browsing.last).toHaveLength(3);
    expect(browsing.problems.map(({ message }) => message)).toEqual([expect.stringContaining("maxInstances")]);
  });
});

describe("the first listing", () => {
  it("is empty when nobody has answered after firstListingMs", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(1499);
    expect(browsing.listings).toEqual([]);
    await world.clock.advance(1);
    expect(browsing.listings).toEqual([[]]);
  });

  it("comes 120 ms after the last of those who answered the first question", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1", { port: 1 }) }));
    await world.clock.advance(100);
    world.medium.say(response({ answers: answersOf("node-2", { port: 2 }) }));
    await world.clock.advance(118);
    expect(browsing.listings).toEqual([]);
    await world.clock.advance(5);
    expect(browsing.listings.map((listing) => listing.length)).toEqual([2]);
  });

  it("waits for the rest of what has been heard of, but not longer than firstListingMs", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: [...answersOf("node-1"), recordsOf("node-2").ptr] }));
    await world.clock.advance(1200);
    expect(browsing.listings).toEqual([]);
    await world.clock.advance(100);
    expect(browsing.ids).toEqual(["node-1"]);
  });

  it("of a lookup holds all who answer within firstListingMs", async () => {
    const world = new World();
    const station = world.station("10.0.0.1");
    const looking = world.discovery(station).lookup();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1", { port: 1 }) }));
    await world.clock.advance(1100);
    world.medium.say(response({ answers: answersOf("node-2", { port: 2 }) }));
    await world.clock.advance(200);
    expect(await looking).toHaveLength(2);
    expect(station.openCount).toBe(0);
    expect(world.clock.pending).toBe(0);
  });
});

describe("changes of the network", () => {
  it("fail the subscription when the last interface is gone, as then nobody can be heard", async () => {
    const world = new World();
    const station = world.station("10.0.0.1");
    const browsing = world.browse(station);
    await world.clock.advance(2000);
    station.unplug();
    await world.clock.advance(10);
    expect(browsing.error).toMatchObject({ code: "UNAVAILABLE", retryable: true });
    expect(browsing.listings).toEqual([[]]);
    expect(world.clock.pending).toBe(0);
  });

  it("take what was found on one of two interfaces from the listing while that one is gone", async () => {
    const world = new World();
    const other = new World().medium;
    const second = new (other.constructor as new (options: object) => typeof other)({ clock: world.clock });
    const station = new Station([world.medium, "10.0.0.1"], [second, "10.0.1.1"]);
    const browsing = world.browse(station);
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("here", { port: 1 }) }));
    second.say(response({ answers: answersOf("there", { port: 2 }) }));
    await world.clock.advance(500);
    expect(browsing.ids).toEqual(["here", "there"]);
    station.unplug(1);
    await world.clock.advance(100);
    expect(browsing.ids).toEqual(["here"]);
    station.plug(1);
    await world.clock.advance(150);
    second.say(response({ answers: answersOf("there", { port: 2 }) }));
    await world.clock.advance(100);
    expect(browsing.ids).toEqual(["here", "there"]);
  });

  it("list an instance once that is found on two interfaces", async () => {
    const world = new World();
    const station = new Station([world.medium, "10.0.0.1"], [world.medium, "10.0.0.2"]);
    const browsing = world.browse(station);
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(500);
    expect(browsing.last).toHaveLength(1);
  });

  it("make it ask again from the start when its own address changes, and forget nothing", async () => {
    const world = new World();
    const station = world.station("10.0.0.1");
    const browsing = world.browse(station);
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(60_000);
    station.renumber(["10.0.0.55"]);
    await world.clock.advance(130);
    expect(world.sent("query", 60_200)).toHaveLength(1);
    expect(browsing.listings).toHaveLength(1);
  });
});

describe("the end of browsing", () => {
  it.each(["before the network is open", "while nobody was found", "while listing"])(
    "releases sockets and timers at once: %s",
    async (moment) => {
      const world = new World();
      const station = world.station("10.0.0.1");
      const browsing = world.browse(station);
      if (moment !== "before the network is open") await world.clock.advance(200);
      if (moment === "while listing") {
        world.medium.say(response({ answers: answersOf("node-1") }));
        await world.clock.advance(500);
      }
      await browsing.stop();
      expect(station.openCount).toBe(0);
      expect(world.clock.pending).toBe(0);
      expect(browsing.error).toBeUndefined();
    },
  );
});
