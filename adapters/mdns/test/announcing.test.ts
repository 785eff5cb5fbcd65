import { describe, expect, it } from "vitest";
import { type DnsRecord, type Message, query, response } from "../src/dns/message.js";
import { Medium, Station } from "./support/medium.js";
import { recordsOf, TYPE } from "./support/records.js";
import { World } from "./support/world.js";

const NAME = `node-1.${TYPE}`;
const SERVICE_TYPES = "_services._dns-sd._udp.local";
const ASKER = { address: "10.0.0.99", port: 5353 };

function typesOf(records: readonly DnsRecord[]) {
  return records.map(({ type }) => type).sort();
}

/** A world in which 10.0.0.7 has announced node-1 so long ago that nothing is held back any more. */
async function announced(options: Parameters<World["announce"]>[2] = {}, self: Parameters<World["announce"]>[1] = {}) {
  const world = new World();
  const station = world.station("10.0.0.7");
  const announcement = await world.announce(station, self, options);
  await world.clock.advance(10_000);
  const since = world.clock.now();
  const ask = async (message: Partial<Message>, from = ASKER, waitMs = 600) => {
    const at = world.clock.now();
    world.medium.say(query(message), from);
    await world.clock.advance(waitMs);
    return world.sent("response", at);
  };
  return { world, station, announcement, since, ask };
}

function hostOf(world: World): string {
  const records = world.sent("response").flatMap(({ message }) => message.answers);
  return (records.find(({ type }) => type === "A") as DnsRecord).name;
}

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

describe("a question", () => {
  it("for the service is answered after 20 to 120 ms with the pointer, and the rest in addition", async () => {
    const { ask, since } = await announced();
    const [answer, ...more] = await ask({ questions: [{ name: TYPE, type: "PTR" }] });
    expect(more).toEqual([]);
    expect(answer?.message.answers).toMatchObject([{ type: "PTR", data: NAME }]);
    expect(typesOf(answer?.message.additionals ?? [])).toEqual(["A", "SRV", "TXT"]);
    expect((answer?.at as number) - since).toBeGreaterThanOrEqual(20);
    expect((answer?.at as number) - since).toBeLessThanOrEqual(121);
  });

  it.each([
    ["SRV", NAME, ["SRV"], ["A"]],
    ["TXT", NAME, ["TXT"], ["A"]],
    ["ANY", NAME, ["SRV", "TXT"], ["A"]],
    ["SRV", NAME.toUpperCase(), ["SRV"], ["A"]],
  ])("of type %s for %s is answered at once", async (type, name, answers, additionals) => {
    const { ask, since } = await announced();
    const [answer] = await ask({ questions: [{ name, type }] });
    expect(typesOf(answer?.message.answers ?? [])).toEqual(answers);
    expect(typesOf(answer?.message.additionals ?? [])).toEqual(additionals);
    expect((answer?.at as number) - since).toBe(1);
  });

  it("for the host is answered with its address", async () => {
    const { world, ask } = await announced();
    const [answer] = await ask({ questions: [{ name: hostOf(world), type: "A" }] });
    expect(answer?.message.answers).toMatchObject([{ type: "A", data: "10.0.0.7", flush: true }]);
  });

  it("for a type that one of its names does not have is answered with what it has", async () => {
    const { world, ask } = await announced();
    const [host] = await ask({ questions: [{ name: hostOf(world), type: "AAAA" }] });
    expect(host?.message.answers).toMatchObject([{ type: "NSEC", data: { rrtypes: ["A"] } }]);
    const [instance] = await ask({ questions: [{ name: NAME, type: "A" }] });
    expect(instance?.message.answers).toMatchObject([{ type: "NSEC", data: { rrtypes: ["SRV", "TXT"] } }]);
  });

  it("for the service types of the network is answered with ours", async () => {
    const { ask } = await announced();
    const [answer] = await ask({ questions: [{ name: SERVICE_TYPES, type: "PTR" }] });
    expect(answer?.message.answers).toMatchObject([{ type: "PTR", data: TYPE }]);
  });

  it("for somebody else's names is not answered", async () => {
    const { ask } = await announced();
    const questions = [
      { name: `other.${TYPE}`, type: "SRV" },
      { name: "_http._tcp.local", type: "PTR" },
      { name: TYPE, type: "SRV" },
    ];
    expect(await ask({ questions })).toEqual([]);
  });

  it.each([
    { ttl: 4500, answered: 0 },
    { ttl: 2250, answered: 0 },
    { ttl: 2249, answered: 1 },
  ])("whose asker knows the answer for $ttl of 4500 s is answered $answered times", async ({ ttl, answered }) => {
    const { ask } = await announced();
    const answers = [{ ...recordsOf("node-1").ptr, ttl }];
    expect(await ask({ questions: [{ name: TYPE, type: "PTR" }], answers })).toHaveLength(answered);
  });

  it("with the TC bit waits 400 to 500 ms for the known answers that follow", async () => {
    const { world, ask } = await announced();
    const question = { questions: [{ name: TYPE, type: "PTR" }], truncated: true };
    const asked = world.clock.now();
    const [answer] = await ask(question);
    expect((answer?.at as number) - asked).toBeGreaterThanOrEqual(400);
    await world.clock.advance(5000);
    const again = world.clock.now();
    await ask(question, ASKER, 100);
    await ask({ answers: [recordsOf("node-1").ptr] }, ASKER, 2000);
    expect(world.sent("response", again)).toEqual([]);
  });

  it("is answered although another asker, whose known answers come in time, is not", async () => {
    const { world, ask } = await announced();
    const since = world.clock.now();
    const question = { questions: [{ name: TYPE, type: "PTR" }], truncated: true };
    await ask(question, ASKER, 10);
    await ask(question, { address: "10.0.0.98", port: 5353 }, 10);
    await ask({ answers: [recordsOf("node-1").ptr] }, ASKER, 2000);
    expect(world.sent("response", since)).toHaveLength(1);
  });

  it("that was answered within the last second is answered when that second is over", async () => {
    const { world, ask } = await announced();
    const question = { questions: [{ name: NAME, type: "SRV" }] };
    const [first] = await ask(question, ASKER, 100);
    for (let n = 0; n < 20; n++) await ask(question, { address: `10.0.0.${100 + n}`, port: 5353 }, 20);
    await world.clock.advance(5000);
    const answers = world.sent("response", first?.at);
    expect(answers.map(({ at }) => Math.round(at - (first?.at as number)))).toEqual([0, 1000]);
  });

  it("is not answered when somebody else multicasts the same answer before", async () => {
    const { world, ask } = await announced();
    const since = world.clock.now();
    await ask({ questions: [{ name: SERVICE_TYPES, type: "PTR" }] }, ASKER, 5);
    const theirs: DnsRecord = { type: "PTR", name: SERVICE_TYPES, ttl: 4500, flush: false, data: TYPE };
    world.medium.say(response({ answers: [theirs] }));
    await world.clock.advance(2000);
    expect(world.sent("response", since).filter(({ from }) => from.address === "10.0.0.7")).toEqual([]);
  });

  it("with the QU bit is answered to the asker alone when everybody has heard the answer lately", async () => {
    const { world } = await announced();
    const asked = query({ questions: [{ name: NAME, type: "SRV", unicast: true }] });
    const seen = await saidWithUnicastBit(world, asked);
    expect(seen.map(({ to }) => to)).toEqual([ASKER]);
    await world.clock.advance(31_000);
    expect((await saidWithUnicastBit(world, asked)).map(({ to }) => to)).toEqual([undefined]);
  });

  it("from another port is answered there, as an ordinary name server would", async () => {
    const { ask } = await announced();
    const legacy = { address: "10.0.0.99", port: 40_000 };
    const [answer] = await ask({ id: 77, questions: [{ name: TYPE, type: "PTR" }] }, legacy);
    expect(answer?.to).toEqual(legacy);
    expect(answer?.message.id).toBe(77);
    expect(answer?.message.questions).toMatchObject([{ name: TYPE, type: "PTR" }]);
    const records = [...(answer?.message.answers ?? []), ...(answer?.message.additionals ?? [])];
    expect(typesOf(records)).toEqual(["A", "PTR", "SRV", "TXT"]);
    expect(records.every(({ ttl, flush }) => ttl <= 10 && !flush)).toBe(true);
  });

  async function saidWithUnicastBit(world: World, message: Message) {
    const at = world.clock.now();
    world.medium.say(message, ASKER);
    await world.clock.advance(500);
    return world.sent("response", at);
  }
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

describe("a name", () => {
  it("that somebody has already is not taken: the instance gets a number, and says so", async () => {
    const world = new World();
    await world.announce(world.station("10.0.0.7"));
    await world.clock.advance(5000);
    const since = world.clock.now();
    const second = await world.announce(world.station("10.0.0.8"), { host: "10.0.0.8", id: "node-1" });
    expect(second.instance).toMatchObject({ host: "10.0.0.8", id: "node-1" });
    expect(world.problems.map(({ code, message }) => `${code} ${message.includes("node-1 (2)")}`)).toEqual([
      "CONFLICT true",
    ]);
    const mine = world.sent("response", since).filter(({ from }) => from.address === "10.0.0.8");
    expect(mine[0]?.message.answers[0]).toMatchObject({ data: `node-1 (2).${TYPE}` });
    expect(mine.every(({ message }) => message.answers.every(({ name }) => name !== NAME))).toBe(true);
  });

  it("is defended at once against a probe, also when it was multicast just now", async () => {
    const { world, ask } = await announced();
    const { srv } = recordsOf("node-1", { port: 9 });
    const probe = { questions: [{ name: NAME, type: "ANY" }], authorities: [{ ...srv, flush: false }] };
    const asked = world.clock.now();
    const [first] = await ask(probe, ASKER, 250);
    expect((first?.at as number) - asked).toBe(1);
    const [second] = await ask(probe, ASKER, 250);
    expect((second?.at as number) - asked).toBeLessThanOrEqual(252);
    expect(second?.message.answers).toMatchObject([{ type: "SRV" }, { type: "TXT" }]);
  });

  it.each([
    { theirs: { port: 1 }, waits: false },
    { theirs: { port: 9999 }, waits: true },
  ])("probed for by two goes to the later records: against $theirs it waits: $waits", async ({ theirs, waits }) => {
    const world = new World();
    const announcing = world
      .discovery(world.station("10.0.0.7"))
      .announce({ host: "10.0.0.7", port: 7337, id: "node-1" });
    await world.clock.advance(300);
    const { srv, txt } = recordsOf("node-1", theirs);
    world.medium.say(query({ questions: [{ name: NAME, type: "ANY" }], authorities: [srv, txt] }));
    const announcement = await world.clock.settle(announcing);
    expect(world.clock.now() > 1300).toBe(waits);
    expect(world.sent("response")[0]?.message.answers[0]).toMatchObject({ data: NAME });
    await announcement[Symbol.asyncDispose]();
  });

  it("probed for by two discoveries at once ends with one of them, and the other has a number", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed);
      const both = await Promise.all([
        world.announce(world.station("10.0.0.7"), { host: "10.0.0.7" }),
        world.announce(world.station("10.0.0.8"), { host: "10.0.0.8" }),
      ]);
      await world.clock.advance(5000);
      const names = new Set<string>();
      world.medium.log.length = 0;
      world.medium.say(query({ questions: [{ name: TYPE, type: "PTR" }] }));
      await world.clock.advance(1000);
      for (const { message } of world.sent("response")) {
        for (const record of message.answers) if (record.type === "PTR") names.add(record.data);
      }
      expect([...names].sort(), `seed ${seed}`).toEqual([`node-1 (2).${TYPE}`, NAME]);
      for (const announcement of both) await announcement[Symbol.asyncDispose]();
    }
  });

  it("announced by another network as well, when the two are joined, is settled by probing again", async () => {
    const world = new World();
    const elsewhere = new Medium({ clock: world.clock });
    await world.announce(world.station("10.0.0.7"), { host: "10.0.0.7" });
    const moving = new Station([elsewhere, "10.0.0.8"], [world.medium, "10.0.0.8"]);
    moving.unplug(1);
    await world.announce(moving, { host: "10.0.0.8" });
    const problems = world.problems.length;
    moving.plug(1);
    await world.clock.advance(10_000);
    expect(world.problems).toHaveLength(problems + 1);
    expect(world.problems.at(-1)).toMatchObject({ code: "CONFLICT" });
  });

  it("is probed for again when others claim it after the announcement", async () => {
    const { world } = await announced();
    const since = world.clock.now();
    world.medium.say(response({ answers: [recordsOf("node-1", { port: 9 }).srv] }));
    await world.clock.advance(3000);
    expect(world.sent("query", since)).toHaveLength(3);
    expect(world.sent("response", since + 10)).toHaveLength(2);
    expect(world.problems).toEqual([]);
  });

  it("is changed at five-second intervals once it has been taken fifteen times in ten seconds", async () => {
    const world = new World();
    const station = world.station("10.0.0.7");
    const abort = new AbortController();
    let tried = 0;
    const stop = world.medium.attach({
      address: "10.0.0.99",
      receive: (message) => {
        const [question] = message.kind === "query" ? message.questions : [];
        if (question?.type !== "ANY") return;
        tried++;
        const { srv } = recordsOf("x", { port: 9 });
        world.medium.say(response({ answers: [{ ...srv, name: question.name }] }));
      },
    });
    world
      .discovery(station)
      .announce({ host: "10.0.0.7", port: 1 }, { signal: abort.signal })
      .catch(() => {});
    await world.clock.advance(10_000);
    const early = tried;
    await world.clock.advance(60_000);
    expect(early).toBeGreaterThan(15);
    expect(tried - early).toBeLessThan(14);
    stop();
    abort.abort();
    await world.clock.advance(10);
    expect(world.clock.pending).toBe(0);
  });

  it("is not lost to an echo of our own records on a second interface of the same network", async () => {
    const world = new World();
    const station = new Station([world.medium, "10.0.0.7"], [world.medium, "10.0.0.8"]);
    await world.announce(station, { host: "0.0.0.0" });
    await world.clock.advance(30_000);
    expect(world.problems).toEqual([]);
    expect(world.sent("query").length).toBe(6);
  });

  it("is announced again when somebody else's goodbye would make others forget it", async () => {
    const { world } = await announced();
    const since = world.clock.now();
    world.medium.say(response({ answers: [{ ...recordsOf("node-1").ptr, ttl: 0 }] }));
    await world.clock.advance(500);
    expect(world.sent("response", since + 1).map(({ message }) => message.answers)).toMatchObject([[{ ttl: 4500 }]]);
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
