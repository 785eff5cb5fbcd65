import { isDiscoveryError } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { a, NXDOMAIN, REFUSED, type Reply, respond, SERVFAIL } from "./support/replies.js";
import { World } from "./support/world.js";

const NAME = "orders.example";
const [ONE, TWO, THREE] = ["10.0.0.1:53", "10.0.0.2:53", "10.0.0.3:53"] as const;
const options = { name: NAME, port: 7337, type: "A", servers: [ONE, TWO] } as const;
const good = { answers: [a(NAME, "10.1.0.1")] };
const other = { answers: [a(NAME, "10.6.6.6")] };
const refused = { error: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) };

async function failing(world: World, more = {}) {
  const error = await world.lookup({ ...options, ...more }).catch((thrown) => thrown);
  if (!isDiscoveryError(error)) throw new Error(`expected a DiscoveryError, got ${JSON.stringify(error)}`);
  return error;
}

describe("a question", () => {
  it("asks for recursion, and says that an answer of 1232 bytes is welcome", async () => {
    const world = new World(() => good);
    await world.lookup(options);
    expect(world.servers.log).toMatchObject([
      { way: "udp", name: NAME, type: "A", udpBytes: 1232, recursionDesired: true },
    ]);
  });

  it("has an id that cannot be told from the ones before", async () => {
    const world = new World(() => good);
    for (let time = 0; time < 20; time++) await world.lookup(options);
    const ids = world.servers.log.map(({ id }) => id);
    expect(new Set(ids).size).toBeGreaterThan(15);
    expect(ids.filter((id, index) => id === (ids[index - 1] ?? 0) + 1).length).toBeLessThan(3);
  });

  it("is repeated without EDNS to a server that does not know that", async () => {
    for (const rcode of [1, 4]) {
      const world = new World(({ udpBytes }) => (udpBytes === undefined ? good : { rcode, questions: [] }));
      expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    }
  });
});

describe("a reply", () => {
  const strangers: Record<string, (id: number) => Reply> = {
    "has another id": (id) => ({ ...other, id: (id + 1) % 0x1_0000 }),
    "repeats another name": () => ({ ...other, questions: [{ name: "evil.example", type: "A", class: "IN" }] }),
    "repeats another type": () => ({ ...other, questions: [{ name: NAME, type: "TXT", class: "IN" }] }),
    "repeats another class": () => ({ ...other, questions: [{ name: NAME, type: "A", class: "CH" }] }),
    "repeats no question": () => ({ ...other, questions: [] }),
    "repeats two questions": () => ({
      ...other,
      questions: [
        { name: NAME, type: "A", class: "IN" },
        { name: NAME, type: "A", class: "IN" },
      ],
    }),
  };
  it.each(Object.entries(strangers))(
    "that %s is passed over, and the one that follows is taken",
    async (_, stranger) => {
      const world = new World(({ id }) => [
        { ...stranger(id), afterMs: 1 },
        { ...good, afterMs: 2 },
      ]);
      expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
      expect(world.clock.now()).toBeLessThan(10);
    },
  );

  it("that is a query is passed over", async () => {
    const world = new World(({ bytes }) => [
      { bytes, afterMs: 1 },
      { ...good, afterMs: 2 },
    ]);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
  });

  it("that is too short to be a message, or noise, is passed over", async () => {
    const noise = [Buffer.alloc(0), Buffer.from("hello"), Buffer.alloc(400, 0xff)];
    const world = new World(() => [...noise.map((bytes) => ({ bytes, afterMs: 1 })), { ...good, afterMs: 2 }]);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
  });

  it("may write the name in another case", async () => {
    const world = new World(() => ({
      answers: [a("ORDERS.Example", "10.1.0.1")],
      questions: [{ name: "Orders.EXAMPLE", type: "A", class: "IN" }],
    }));
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
  });

  it("about another name than was asked for is a failure of its server, and no empty listing", async () => {
    const world = new World(() => ({ answers: [a("other.example", "10.6.6.6")] }));
    world.servers.serve(TWO, () => good);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    const error = await failing(world, { servers: [ONE] });
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", message: expect.stringContaining("other.example") });
  });
});

describe("an answer that is cut short", () => {
  it("is asked for again by TCP when the server says that it is", async () => {
    const world = new World(({ way }) => (way === "udp" ? { ...other, isTruncated: true } : good));
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.log.map(({ way }) => way)).toEqual(["udp", "tcp"]);
  });

  it("is noticed when nobody says so but bytes are missing, which would make for fewer records", async () => {
    const three = { answers: ["10.1.0.1", "10.1.0.2", "10.1.0.3"].map((address) => a(NAME, address)) };
    const whole = respond({ id: 1, name: NAME, type: "A" }, three).length;
    for (let length = whole - 1; length >= 12; length--) {
      const world = new World((query) =>
        query.way === "tcp" ? three : { bytes: respond(query, three).subarray(0, length) },
      );
      const asked = world.places({ ...options, servers: [ONE], timeoutMs: 100 });
      // Cut within the question it cannot be recognised, so that nothing came at all.
      if (length < 12 + NAME.length + 6) await expect(asked).rejects.toMatchObject({ code: "TIMED_OUT" });
      else expect(await asked, `${length} of ${whole} bytes`).toHaveLength(3);
    }
  });

  it("is noticed when it says that it has fewer records than there are", async () => {
    const three = { answers: ["10.1.0.1", "10.1.0.2", "10.1.0.3"].map((address) => a(NAME, address)) };
    const world = new World((query) => {
      const bytes = respond(query, three);
      if (query.way === "udp") bytes.writeUInt16BE(2, 6);
      return { bytes };
    });
    expect(await world.places(options)).toHaveLength(3);
  });

  it("is a failure when it is cut short by TCP, too", async () => {
    const error = await failing(new World(() => ({ ...other, isTruncated: true })), { servers: [ONE] });
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", message: expect.stringContaining(ONE) });
  });

  it("is got from the next server when TCP is closed there", async () => {
    const world = new World(({ way }) => (way === "udp" ? { ...other, isTruncated: true } : refused));
    world.servers.serve(TWO, () => good);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.clock.now()).toBeLessThan(10);
  });

  it("does not hang when TCP is never answered", async () => {
    const world = new World(({ way }) => (way === "udp" ? { ...other, isTruncated: true } : undefined));
    expect(await failing(world, { servers: [ONE] })).toMatchObject({ code: "TIMED_OUT" });
    expect(world.clock.now()).toBe(3000);
    world.servers.serve(TWO, () => good);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
  });
});

it("with preferTcp no datagram is sent", async () => {
  const world = new World(() => good);
  expect(await world.places({ ...options, preferTcp: true })).toEqual(["10.1.0.1:7337"]);
  expect(world.servers.log.map(({ way }) => way)).toEqual(["tcp"]);
});

describe("a server that is silent", () => {
  it("is followed by the next one after retransmitMs", async () => {
    const world = new World();
    world.servers.serve(TWO, () => good);
    expect(await world.places({ ...options, retransmitMs: 200 })).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.log.map(({ server, at }) => [server, at])).toEqual([
      [ONE, 0],
      [TWO, 200],
    ]);
  });

  it("is asked again, since the datagram may be lost, after longer and longer pauses", async () => {
    const world = new World();
    await failing(world, { servers: [ONE], timeoutMs: 5000 });
    expect(world.servers.log.map(({ at }) => at)).toEqual([0, 500, 1500, 3500]);
  });

  it("can still answer while others are asked", async () => {
    const world = new World(() => ({ ...good, afterMs: 700 }));
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.clock.now()).toBe(700);
    expect(world.servers.log.map(({ server }) => server)).toEqual([ONE, TWO]);
  });

  it("costs its time once in a lookup, however many questions there are", async () => {
    const world = new World();
    world.servers.serve(TWO, ({ name }) => (name === NAME ? good : { rcode: NXDOMAIN }));
    await world.lookup({ ...options, ndots: 5, searchDomains: ["a.example", "b.example", "c.example"] });
    expect(world.servers.log).toHaveLength(5);
    expect(world.clock.now()).toBeLessThan(600);
  });

  it("fails the lookup when all are, in time and by their names", async () => {
    const world = new World();
    const error = await failing(world, { timeoutMs: 2000 });
    expect(world.clock.now()).toBe(2000);
    expect(error).toMatchObject({ code: "TIMED_OUT", retryable: true, adapter: "dns(orders.example:7337)" });
    for (const server of [ONE, TWO]) expect(error.message).toContain(server);
  });

  it("is told apart from those that failed", async () => {
    const world = new World();
    world.servers.serve(TWO, () => ({ rcode: SERVFAIL }));
    const error = await failing(world);
    expect(error.code).toBe("TIMED_OUT");
    expect(error.message).toMatch(/10\.0\.0\.1:53 did not answer .*10\.0\.0\.2:53 .*SERVFAIL/);
    expect(world.servers.asked(TWO)).toHaveLength(1);
  });
});

describe("a server that fails", () => {
  const failures = { SERVFAIL: { rcode: SERVFAIL }, REFUSED: { rcode: REFUSED }, ECONNREFUSED: refused } as const;

  it.each(Object.entries(failures))("with %s is followed by the next one at once", async (_, deed) => {
    const world = new World(() => deed);
    world.servers.serve(TWO, () => good);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.clock.now()).toBeLessThan(10);
  });

  it.each([
    ["SERVFAIL", "UNAVAILABLE"],
    ["REFUSED", "FORBIDDEN"],
    ["ECONNREFUSED", "UNAVAILABLE"],
  ] as const)("with %s fails the lookup when all do: %s, and never an empty listing", async (what, code) => {
    const world = new World(() => failures[what]);
    world.servers.serve(TWO, () => failures[what]);
    const error = await failing(world);
    expect(error).toMatchObject({ code, retryable: true });
    expect(error.message).toMatch(new RegExp(`10\\.0\\.0\\.1:53 .*${what}.*10\\.0\\.0\\.2:53 .*${what}`));
    // No retries: those are supervision's.
    expect(world.servers.log).toHaveLength(2);
  });

  it("may leave the question out", async () => {
    const world = new World(() => ({ rcode: SERVFAIL, questions: [] }));
    expect(await failing(world, { servers: [ONE] })).toMatchObject({ code: "UNAVAILABLE" });
  });

  it("in another way than the others makes for the common code", async () => {
    const world = new World(() => ({ rcode: SERVFAIL }));
    world.servers.serve(TWO, () => ({ rcode: REFUSED }));
    world.servers.serve(THREE, () => ({ rcode: 9 }));
    const error = await failing(world, { servers: [ONE, TWO, THREE] });
    expect(error.code).toBe("UNAVAILABLE");
    expect(error.message).toMatch(/SERVFAIL.*REFUSED.*code 9/);
  });

  it("by having records of what it says does not exist is no answer", async () => {
    const world = new World(() => ({ ...good, rcode: NXDOMAIN }));
    expect(await failing(world, { servers: [ONE] })).toMatchObject({ code: "INVALID_RESPONSE" });
  });

  it("by referring to others is no empty listing", async () => {
    const world = new World(() => ({
      isAuthoritative: false,
      authorities: [{ type: "NS", name: "example", ttl: 60, data: "ns.example" }],
    }));
    const error = await failing(world, { servers: [ONE] });
    expect(error).toMatchObject({
      code: "INVALID_RESPONSE",
      message: expect.stringContaining("refers to other servers"),
    });
  });
});

it("an abort ends everything that is under way, with its reason", async () => {
  const world = new World();
  const abort = new AbortController();
  const lookup = world.discovery(options).lookup({ signal: abort.signal });
  lookup.catch(() => {});
  await world.clock.advance(1700);
  expect(world.servers.open).toBeGreaterThan(1);
  abort.abort("enough");
  await expect(lookup).rejects.toBe("enough");
});
