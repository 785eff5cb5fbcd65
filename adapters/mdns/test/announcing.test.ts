import { describe, expect, it } from "vitest";
import { query } from "../src/dns/message.js";
import { announced, NAME, SERVICE_TYPES, typesOf } from "./support/announced.js";
import { Station } from "./support/medium.js";
import { TYPE } from "./support/records.js";
import { World } from "./support/world.js";

describe("an announcement begins", () => {
  it("with three probes 250 ms apart that name the records it wants, after up to 250 ms", async () => {
    const world = new World();
    await world.announce(world.station("10.0.0.7"));
    const probes = world.sent("query");
    expect(probes).toHaveLength(3);
    expect(probes[0]?.at).toBeLessThan(250);
    const intervals = probes.slice(1).map(({ at }, index) => Math.round(at - (probes[index]?.at as number)));
    expect(intervals).toEqual([250, 250]);
    for (const { message } of probes) {
      expect(message.questions.map(({ type }) => type)).toEqual(["ANY", "ANY"]);
      expect(message.questions[0]?.name).toBe(NAME);
      expect(typesOf(message.authorities)).toEqual(["A", "SRV", "TXT"]);
      expect(message.authorities.every(({ flush }) => !flush)).toBe(true);
    }
  });

  it("to be listed 250 ms after the third probe, and is said again a second later, then no more", async () => {
    const world = new World();
    await world.announce(world.station("10.0.0.7"));
    const lastProbe = world.sent("query").at(-1)?.at as number;
    await world.clock.advance(3_600_000);
    const announcements = world.sent("response");
    expect(announcements.map(({ at }) => Math.round(at - lastProbe))).toEqual([250, 1250]);
    for (const { message, to } of announcements) {
      expect(to).toBeUndefined();
      expect(typesOf(message.answers)).toEqual(["A", "PTR", "PTR", "SRV", "TXT"]);
    }
  });

  it("with the cache-flush bit on what is its own alone, and the times to live of RFC 6762", async () => {
    const { world } = await announced();
    const answers = world.sent("response")[0]?.message.answers ?? [];
    const seen = answers.map(({ type, flush, ttl }) => ({ type, flush, ttl }));
    expect(seen).toEqual([
      { type: "PTR", flush: false, ttl: 4500 },
      { type: "PTR", flush: false, ttl: 4500 },
      { type: "SRV", flush: true, ttl: 120 },
      { type: "TXT", flush: true, ttl: 4500 },
      { type: "A", flush: true, ttl: 120 },
    ]);
  });

  it("with the times to live that the options say", async () => {
    const { world } = await announced({ hostTtlMs: 5000, serviceTtlMs: 9000 });
    const answers = world.sent("response")[0]?.message.answers ?? [];
    expect(new Set(answers.map(({ type, ttl }) => `${type} ${ttl}`))).toEqual(
      new Set(["PTR 9", "SRV 5", "TXT 9", "A 5"]),
    );
  });
});

describe("what is announced", () => {
  async function addressesOf(host: string, resolve?: () => Promise<string[]>, addresses = ["10.0.0.7", "fd00::7"]) {
    const world = new World();
    const station = new Station([world.medium, ...(addresses as [string])]);
    const discovery = world.discovery(station, {}, resolve);
    const announcement = await world.clock.settle(discovery.announce({ host, port: 7337, id: "n" }));
    const records = world.sent("response").flatMap(({ message }) => message.answers);
    const txt = records.find(({ type }) => type === "TXT")?.data as Buffer[];
    await announcement[Symbol.asyncDispose]();
    return {
      addresses: records.filter(({ type }) => type.startsWith("A")).map(({ data }) => data),
      txt: txt.map((text) => text.toString()),
      instance: announcement.instance,
    };
  }

  it.each([
    { host: "192.168.3.4", addresses: ["192.168.3.4"] },
    { host: "fd00::99", addresses: ["fd00::99"] },
    { host: "fe80::99%eth0", addresses: ["fe80::99"] },
    { host: "0.0.0.0", addresses: ["10.0.0.7"], listed: "10.0.0.7" },
    { host: "::", addresses: ["10.0.0.7", "fd00::7"], listed: "10.0.0.7" },
  ])("for host $host are the addresses $addresses", async ({ host, addresses, listed = host }) => {
    const seen = await addressesOf(host);
    expect(seen.addresses).toEqual(addresses);
    expect(seen.txt).toEqual(["id=n"]);
    expect(seen.instance.host).toBe(listed);
  });

  it("for a name are the addresses that it resolves to, without loopback", async () => {
    const seen = await addressesOf("db.example.org", async () => ["127.0.1.1", "10.9.9.9"]);
    expect(seen).toMatchObject({ addresses: ["10.9.9.9"], txt: ["id=n"] });
  });

  it.each([
    ["does not resolve", () => Promise.reject(new Error("ENOTFOUND"))],
    ["is not resolved in time", () => new Promise<string[]>(() => {})],
    ["resolves to this machine's loopback alone", async () => ["127.0.1.1", "::1"]],
  ])("for a name that %s is the name itself", async (_, resolve) => {
    const seen = await addressesOf("db.example.org", resolve);
    expect(seen.txt).toEqual(["id=n", "host=db.example.org"]);
    expect(seen.addresses).toEqual(["10.0.0.7", "fd00::7"]);
  });

  it("follows the interface when it gets another address", async () => {
    const { world, station } = await announced({}, { host: "0.0.0.0" });
    const browsing = world.browse(world.station("10.0.0.1"));
    await world.clock.advance(2000);
    expect(browsing.last).toMatchObject([{ host: "10.0.0.7" }]);
    station.renumber(["10.0.0.77"]);
    await world.clock.advance(3000);
    expect(browsing.last).toMatchObject([{ host: "10.0.0.77" }]);
  });

  it("is probed for and announced again after the machine slept", async () => {
    const { world, station } = await announced();
    const since = world.clock.now();
    station.renumber(["10.0.0.7"]); // what the network tells then: the link may not be what it was
    await world.clock.advance(5000);
    expect(world.sent("query", since)).toHaveLength(3);
    expect(world.sent("response", since)).toHaveLength(2);
  });

  it("is announced again on an interface that comes back", async () => {
    const { world, station } = await announced();
    station.unplug();
    await world.clock.advance(5000);
    expect(world.problems).toMatchObject([{ code: "UNAVAILABLE" }]);
    const since = world.clock.now();
    station.plug();
    await world.clock.advance(5000);
    expect(world.sent("query", since)).toHaveLength(3);
    expect(world.sent("response", since)).toHaveLength(2);
  });

  it("is reported to be of no use to others when it is a loopback address", async () => {
    const { world } = await announced({}, { host: "127.0.0.1" });
    expect(world.problems).toMatchObject([{ code: "MISCONFIGURED", message: expect.stringContaining("127.0.0.1") }]);
  });

  it("must be on an interface: an address of another link is refused", async () => {
    const world = new World();
    const announcing = world.discovery(world.station("10.0.0.7")).announce({ host: "fe80::1%wlan9", port: 1 });
    await expect(world.clock.settle(announcing)).rejects.toMatchObject({ code: "MISCONFIGURED" });
    expect(world.clock.pending).toBe(0);
  });

  it("fails when there is no interface", async () => {
    const world = new World();
    const station = world.station("10.0.0.7");
    station.unplug();
    const announcing = world.discovery(station).announce({ host: "10.0.0.7", port: 1 });
    await expect(world.clock.settle(announcing)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(station.openCount).toBe(0);
  });

  it.each([
    [{ "k=v": "x" }, "printable"],
    [{ "": "x" }, "printable"],
    [{ id: "x" }, "taken"],
    [{ Host: "x" }, "taken"],
    [{ zone: "a", ZONE: "b" }, "twice"],
    [{ long: "x".repeat(255) }, "255"],
    [Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`k${n}`, "x".repeat(200)])), "1300"],
  ])("cannot hold metadata such as %j", async (metadata, why) => {
    const world = new World();
    const announcing = world.discovery(world.station("10.0.0.7")).announce({ host: "10.0.0.7", port: 1, metadata });
    await expect(world.clock.settle(announcing)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining(why),
    });
  });
});

describe("the end of an announcement", () => {
  it("is a goodbye for everything but the type, which others may have too", async () => {
    const { world, announcement, station } = await announced();
    const since = world.clock.now();
    await announcement[Symbol.asyncDispose]();
    const [goodbye, ...more] = world.sent("response", since);
    expect(more).toEqual([]);
    expect(goodbye?.message.answers.map(({ type, name, ttl }) => [type, name === SERVICE_TYPES, ttl])).toEqual([
      ["PTR", false, 0],
      ["SRV", false, 0],
      ["TXT", false, 0],
      ["A", false, 0],
    ]);
    expect(station.openCount).toBe(0);
    await world.clock.advance(10);
    expect(world.clock.pending).toBe(0);
  });

  it.each([
    ["while it probes", 300],
    ["between the two announcements", 1100],
    ["long after", 60_000],
  ])("%s leaves nothing behind that could bring it back", async (_, atMs) => {
    const world = new World();
    const station = world.station("10.0.0.7");
    const browsing = world.browse(world.station("10.0.0.1"));
    const abort = new AbortController();
    const announcing = world.discovery(station).announce({ host: "10.0.0.7", port: 1 }, { signal: abort.signal });
    announcing.catch(() => {});
    await world.clock.advance(atMs);
    abort.abort();
    await world.clock.advance(10);
    expect(station.openCount).toBe(0);
    const since = world.clock.now();
    world.medium.say(query({ questions: [{ name: TYPE, type: "PTR" }] }));
    await world.clock.advance(10_000);
    expect(world.sent("response", since)).toEqual([]);
    expect(browsing.last).toEqual([]);
  });
});
