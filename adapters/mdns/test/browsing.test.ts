import { describe, expect, it } from "vitest";
import { type DnsRecord, query, response } from "../src/dns/message.js";
import { Station } from "./support/medium.js";
import { answersOf, goodbye, recordsOf, TYPE } from "./support/records.js";
import { World } from "./support/world.js";

const BROWSE = { name: TYPE, type: "PTR" };

function questionsOf(world: World, since = 0) {
  return world.sent("query", since).flatMap(({ message }) => message.questions);
}

describe("the questions of a browser", () => {
  it("come 20 to 120 ms after the start, a second later, and then at doubling intervals up to an hour", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(6 * 3_600_000);
    const times = world.sent("query").map(({ at }) => at);
    expect(times[0]).toBeGreaterThanOrEqual(20);
    expect(times[0]).toBeLessThan(120);
    const intervals = times.slice(1).map((at, index) => at - (times[index] as number));
    expect(intervals[0]).toBeGreaterThanOrEqual(1000);
    expect(intervals[0]).toBeLessThan(1121);
    for (const [index, interval] of intervals.slice(1).entries()) {
      const twice = 2 * (intervals[index] as number);
      expect(interval).toBeGreaterThanOrEqual(Math.min(3_600_000, twice) - 0.001);
      expect(interval).toBeLessThan(Math.min(3_600_000, twice) + 121);
    }
    expect(intervals.length).toBeGreaterThan(12);
    expect(world.sent("query").every(({ message, to }) => to === undefined && message.questions.length === 1)).toBe(
      true,
    );
    expect(questionsOf(world)[0]).toEqual(BROWSE);
  });

  it("list what is known, so that nobody has to repeat it", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(1000);
    const [second] = world.sent("query", 1000);
    expect(second?.message.answers).toMatchObject([{ type: "PTR", data: `node-1.${TYPE}` }]);
    expect(second?.message.answers[0]?.ttl).toBeGreaterThan(4490);
  });

  it("continue in further packets, with the TC bit on all but the last, when much is known", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(200);
    for (let n = 0; n < 60; n++) world.medium.say(response({ answers: answersOf(`node-${n}`) }));
    await world.clock.advance(1000);
    const packets = world.sent("query", 1000).map(({ message }) => message);
    expect(packets.length).toBeGreaterThan(2);
    expect(packets.map(({ truncated }) => truncated)).toEqual([...packets.slice(1).map(() => true), false]);
    expect(packets.map(({ questions }) => questions.length)).toEqual([1, ...packets.slice(1).map(() => 0)]);
    expect(packets.flatMap(({ answers }) => answers)).toHaveLength(60);
  });

  it("are left out when somebody else has just asked the same, knowing no more than we do", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(5);
    world.medium.say(query({ questions: [BROWSE] }));
    await world.clock.advance(900);
    expect(world.sent("query", 6)).toEqual([]);
  });

  it.each([
    { case: "knows of an instance that we have never heard of", answers: [recordsOf("other").ptr] },
    { case: "asked from another port and will be answered alone", port: 49_152 },
    { case: "has more known answers to come", truncated: true },
  ])(
    "are asked all the same when the one who asked $case",
    async ({ answers = [], port = 5353, truncated = false }) => {
      const world = new World();
      world.browse();
      await world.clock.advance(5);
      world.medium.say(query({ questions: [BROWSE], answers, truncated }), { address: "10.0.0.99", port });
      await world.clock.advance(150);
      expect(world.sent("query", 6)).toHaveLength(1);
    },
  );

  it("ask for what a pointer leaves out: first the service, then its host", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    const { ptr, srv, txt, address } = recordsOf("node-1");
    world.medium.say(response({ answers: [ptr] }));
    await world.clock.advance(130);
    expect(questionsOf(world, 200).map(({ type }) => type)).toEqual(["SRV", "TXT"]);
    world.medium.say(response({ answers: [srv, txt] }));
    await world.clock.advance(130);
    expect(questionsOf(world, 330).map(({ name, type }) => `${type} ${name}`)).toEqual([
      "A node-1-host.local",
      "AAAA node-1-host.local",
    ]);
    world.medium.say(response({ answers: [address] }));
    await world.clock.advance(200);
    expect(browsing.last).toEqual([{ host: "10.0.0.7", port: 7337, id: "node-1" }]);
  });

  it("are repeated at doubling intervals while nobody gives the missing part", async () => {
    const world = new World();
    world.browse();
    await world.clock.advance(200);
    world.medium.say(response({ answers: [recordsOf("node-1").ptr, recordsOf("node-1").txt] }));
    await world.clock.advance(20_000);
    const times = world
      .sent("query", 200)
      .filter(({ message }) => message.questions.some(({ type }) => type === "SRV"));
    const intervals = times.slice(1).map(({ at }, index) => (at - (times[index]?.at as number)) / 1000);
    expect(intervals.map(Math.round)).toEqual([1, 2, 4, 9]);
  });

  it("for an instance whose name the codec cannot write ask everybody, without known answers", async () => {
    const world = new World();
    const browsing = world.browse();
    await world.clock.advance(200);
    const dotted = recordsOf("v1.2 node", { host: "h.local", port: 1, txt: ["id=dotted"] });
    world.medium.say(response({ answers: Object.values(dotted) }));
    world.medium.say(response({ answers: answersOf("node-1") }));
    await world.clock.advance(1000);
    expect(browsing.ids).toEqual(["dotted", "node-1"]);
    const [second] = world.sent("query", 1000);
    expect(second?.message.answers).toMatchObject([{ data: `node-1.${TYPE}` }]);
    world.medium.say(response({ answers: goodbye([dotted.srv]) }));
    await world.clock.advance(1500);
    const asked = world.sent("query", 2200).filter(({ message }) => message.questions[0]?.type === "PTR");
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ message }) => message.answers.length === 0)).toBe(true);
  });
});

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
