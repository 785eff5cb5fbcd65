import { describe, expect, it } from "vitest";
import { a, aaaa, NXDOMAIN, SERVFAIL, soa, srv } from "./support/replies.js";
import type { Behaviour } from "./support/simulated-servers.js";
import { SERVICE, World } from "./support/world.js";

const nobody = { rcode: NXDOMAIN, authorities: [soa("example", 30)] };

/** Answers by name and type. */
function zone(records: Record<string, ReturnType<Behaviour>>): Behaviour {
  return ({ type, name }) => records[`${type} ${name.replace(/^N/, "n")}`] ?? nobody;
}

const twoServices = { answers: [srv(SERVICE, "n1.example", 7001), srv(SERVICE, "n2.example", 7002)] };

describe("SRV records", () => {
  it("are listed with the addresses of their targets, and with priority, weight and target as metadata", async () => {
    const records = [
      srv(SERVICE, "n1.example", 7001, { priority: 10, weight: 60 }),
      srv(SERVICE, "N2.Example", 7002, { priority: 20, weight: 0 }),
    ];
    const additionals = [a("n1.example", "10.1.0.1"), a("n2.example", "10.1.0.2")];
    const listing = await new World(() => ({ answers: records, additionals })).lookup();
    expect(listing).toHaveLength(2);
    expect(listing).toEqual(
      expect.arrayContaining([
        { host: "10.1.0.1", port: 7001, metadata: { priority: "10", weight: "60", target: "n1.example" } },
        { host: "10.1.0.2", port: 7002, metadata: { priority: "20", weight: "0", target: "N2.Example" } },
      ]),
    );
  });

  it.each([0, 3, 300])("can be %d", async (count) => {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const address = (number: number) => `10.1.${number >> 8}.${number & 255}`;
    const world = new World(() => ({
      answers: numbers.map((number) => srv(SERVICE, `n${number}.example`, 7000 + number)),
      additionals: numbers.map((number) => a(`n${number}.example`, address(number))),
      ...(count === 0 ? nobody : {}),
    }));
    const expected = numbers.map((number) => `${address(number)}:${7000 + number}`).sort();
    expect(await world.places()).toEqual(expected);
  });

  it("whose target is the root say that there is no such service", async () => {
    const world = new World(() => ({ answers: [srv(SERVICE, ".", 0)] }));
    expect(await world.lookup()).toEqual([]);
    expect(world.servers.log).toHaveLength(1);
    expect(world.problems).toEqual([]);
  });

  it("that nobody can dial are left out and reported, the others are listed", async () => {
    const world = new World(() => ({
      answers: [...twoServices.answers, srv(SERVICE, "n1.example", 0), srv(SERVICE, "not a host.example", 7003)],
      additionals: [a("n1.example", "10.1.0.1"), a("n2.example", "10.1.0.2")],
    }));
    expect(await world.places()).toEqual(["10.1.0.1:7001", "10.1.0.2:7002"]);
    expect(world.problems.map(({ code }) => code)).toEqual(["MALFORMED_RECORD", "MALFORMED_RECORD"]);
    expect(world.problems.map(({ message }) => message).join()).toMatch(/n1\.example:0.*not a host\.example:7003/);
  });

  it("may share a target, which is asked for once", async () => {
    const world = new World(
      zone({
        [`SRV ${SERVICE}`]: { answers: [srv(SERVICE, "n1.example", 7001), srv(SERVICE, "N1.example", 7002)] },
        "A n1.example": { answers: [a("n1.example", "10.1.0.1")] },
      }),
    );
    expect(await world.places({ type: "A" })).toEqual(["10.1.0.1:7001", "10.1.0.1:7002"]);
    expect(world.servers.log).toHaveLength(2);
  });
});

describe("addresses that come along", () => {
  it("are used, and nothing else is asked for", async () => {
    const additionals = [a("n1.example", "10.1.0.1"), a("N2.example", "10.1.0.2"), a("n9.example", "10.6.6.6")];
    const world = new World(() => ({ ...twoServices, additionals }));
    expect(await world.places()).toEqual(["10.1.0.1:7001", "10.1.0.2:7002"]);
    expect(world.servers.log).toHaveLength(1);
  });

  it("are used even if they may not be kept", async () => {
    const additionals = [a("n1.example", "10.1.0.1", 0), a("n2.example", "10.1.0.2", 0)];
    const world = new World(() => ({ ...twoServices, additionals }));
    expect(await world.places()).toHaveLength(2);
    expect(world.servers.log).toHaveLength(1);
  });

  it("of one target do not stand for those of another", async () => {
    const world = new World(
      zone({
        [`SRV ${SERVICE}`]: { ...twoServices, additionals: [a("n1.example", "10.1.0.1")] },
        "A n2.example": { answers: [a("n2.example", "10.1.0.2")] },
      }),
    );
    expect(await world.places()).toEqual(["10.1.0.1:7001", "10.1.0.2:7002"]);
    expect(world.servers.asked()).toEqual([`SRV ${SERVICE}`, "A n2.example"]);
  });

  it("of one family are completed where there is the other one", async () => {
    const world = new World(
      zone({
        [`SRV ${SERVICE}`]: {
          ...twoServices,
          additionals: [a("n1.example", "10.1.0.1"), aaaa("n1.example", "fd00::1"), a("n2.example", "10.1.0.2")],
        },
        "AAAA n2.example": { answers: [aaaa("n2.example", "fd00::2")] },
      }),
    );
    const places = ["10.1.0.1:7001", "10.1.0.2:7002", "[fd00::1]:7001", "[fd00::2]:7002"];
    expect(await world.places()).toEqual(places);
    expect(world.servers.asked()).toEqual([`SRV ${SERVICE}`, "AAAA n2.example"]);
  });

  it("of one family do not hide a target that has the other one alone", async () => {
    const world = new World(
      zone({
        [`SRV ${SERVICE}`]: { ...twoServices, additionals: [a("n1.example", "10.1.0.1")] },
        "AAAA n2.example": { answers: [aaaa("n2.example", "fd00::2")] },
      }),
    );
    expect(await world.places()).toEqual(["10.1.0.1:7001", "[fd00::2]:7002"]);
    expect(world.servers.asked()).toEqual([`SRV ${SERVICE}`, "A n2.example", "AAAA n2.example"]);
  });

  it("of a family that is not wanted are left alone", async () => {
    const world = new World(() => ({
      answers: [srv(SERVICE, "n1.example", 7001)],
      additionals: [a("n1.example", "10.1.0.1"), aaaa("n1.example", "fd00::1")],
    }));
    expect(await world.places({ type: "AAAA" })).toEqual(["[fd00::1]:7001"]);
  });
});

describe("targets whose addresses do not come along", () => {
  const separate = {
    [`SRV ${SERVICE}`]: twoServices,
    "A n1.example": { answers: [a("n1.example", "10.1.0.1", 600)] },
    "A n2.example": { answers: [a("n2.example", "10.1.0.2", 600)] },
  };

  it("are asked for in both families, at the same time", async () => {
    const world = new World(
      zone({ ...separate, "AAAA n1.example": { answers: [aaaa("n1.example", "fd00::1")] }, "A n2.example": {} }),
    );
    expect(await world.places()).toEqual(["10.1.0.1:7001", "[fd00::1]:7001"]);
    expect(world.servers.log.map(({ at }) => at)).toEqual([0, 1, 1, 1, 1]);
  });

  it("are not asked for again before their time is over, while the service is", async () => {
    const world = new World(zone(separate));
    const { listings } = world.subscribe({ type: "A", maxPollMs: 60_000 });
    await world.clock.advance(180_100);
    expect(listings).toEqual([["10.1.0.1:7001", "10.1.0.2:7002"]]);
    expect(world.servers.asked().filter((asked) => asked.startsWith("SRV"))).toHaveLength(4);
    expect(world.servers.asked().filter((asked) => !asked.startsWith("SRV"))).toHaveLength(2);
  });

  it("are asked for at most 32 at once", async () => {
    const answers = Array.from({ length: 300 }, (_, index) => srv(SERVICE, `n${index}.example`, 7000 + index));
    const world = new World(({ type, name }) =>
      type === "SRV" ? { answers } : { answers: [a(name, "10.1.0.1")], afterMs: 10 },
    );
    let most = 0;
    const found = world.discovery({ type: "A" }).lookup();
    found.then(() => {});
    for (let time = 0; time < 150; time++) {
      await world.clock.advance(1);
      most = Math.max(most, world.servers.open);
    }
    expect(await found).toHaveLength(300);
    expect(most).toBe(32);
  });

  it("and that have none are left out and reported, by name and once", async () => {
    const world = new World(zone({ ...separate, "A n2.example": nobody }));
    const { listings } = world.subscribe({ type: "A" });
    await world.clock.advance(200_000);
    expect(listings).toEqual([["10.1.0.1:7001"]]);
    expect(world.problems).toMatchObject([
      { code: "MALFORMED_RECORD", message: expect.stringContaining("n2.example") },
    ]);
  });

  it("and cannot be found out are left out and reported, and make no failure of the others", async () => {
    const world = new World(zone({ ...separate, "A n2.example": { rcode: SERVFAIL } }));
    expect(await world.places({ type: "A" })).toEqual(["10.1.0.1:7001"]);
    expect(world.problems).toMatchObject([
      { code: "UNAVAILABLE", message: expect.stringMatching(/n2\.example.*SERVFAIL/) },
    ]);
  });

  it("and cannot be found out any more keep their last addresses", async () => {
    let works = true;
    const records = zone({ ...separate, "A n2.example": { answers: [a("n2.example", "10.1.0.2", 2)] } });
    const world = new World((query) => (works || query.name !== "n2.example" ? records(query) : { rcode: SERVFAIL }));
    const { listings, error } = world.subscribe({ type: "A" });
    await world.clock.advance(1000);
    works = false;
    await world.clock.advance(30_000);
    expect(listings).toEqual([["10.1.0.1:7001", "10.1.0.2:7002"]]);
    expect(error()).toBeUndefined();
    expect(world.problems).toHaveLength(1);
  });

  it("are a failure when none can be found out", async () => {
    const failing = { rcode: SERVFAIL };
    const world = new World(zone({ ...separate, "A n1.example": failing, "A n2.example": failing }));
    await expect(world.lookup({ type: "A" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("and never answer fail the lookup in time: a part of them is no listing", async () => {
    const world = new World((query) => (query.name === "n2.example" ? undefined : zone(separate)(query)));
    const late = { code: "TIMED_OUT", message: expect.stringContaining("n2.example") };
    await expect(world.lookup({ type: "A" })).rejects.toMatchObject(late);
    expect(world.clock.now()).toBe(3000);
  });

  it("and do not answer any more keep their last addresses, too", async () => {
    let works = true;
    const records = zone({ ...separate, "A n2.example": { answers: [a("n2.example", "10.1.0.2", 2)] } });
    const world = new World((query) => (works || query.name !== "n2.example" ? records(query) : undefined));
    const { listings, error } = world.subscribe({ type: "A" });
    await world.clock.advance(1000);
    works = false;
    await world.clock.advance(30_000);
    expect(listings).toEqual([["10.1.0.1:7001", "10.1.0.2:7002"]]);
    expect(error()).toBeUndefined();
    expect(world.problems).toMatchObject([{ code: "TIMED_OUT" }]);
  });

  it("are forgotten when no service is there any more", async () => {
    let services: ReturnType<Behaviour> = twoServices;
    const world = new World((query) => (query.type === "SRV" ? services : zone(separate)(query)));
    const discovery = world.discovery({ type: "A" });
    await world.clock.settle(discovery.lookup());
    services = nobody;
    expect(await world.clock.settle(discovery.lookup())).toEqual([]);
    services = twoServices;
    expect(await world.clock.settle(discovery.lookup())).toHaveLength(2);
    expect(world.servers.asked().filter((asked) => asked.startsWith("A "))).toHaveLength(4);
  });
});
