import { describe, expect, it } from "vitest";
import { a, aaaa, NXDOMAIN, respond, SERVFAIL, soa } from "./support/replies.js";
import type { Heard } from "./support/simulated-servers.js";
import { World } from "./support/world.js";

const options = { name: "orders.example", port: 7337 } as const;
const dual = ({ name, type }: Heard) =>
  name !== "orders.example"
    ? { rcode: NXDOMAIN, authorities: [soa("example", 30)] }
    : { answers: type === "A" ? [a(name, "10.1.0.1"), a(name, "10.1.0.2")] : [aaaa(name, "fd00::1")] };

describe("the addresses of a name", () => {
  it.each([
    ["A", ["10.1.0.1:7337", "10.1.0.2:7337"], ["A orders.example"]],
    ["AAAA", ["[fd00::1]:7337"], ["AAAA orders.example"]],
    ["both", ["10.1.0.1:7337", "10.1.0.2:7337", "[fd00::1]:7337"], ["A orders.example", "AAAA orders.example"]],
  ] as const)("of type %s are listed with the port", async (type, places, asked) => {
    const world = new World(dual);
    expect(await world.places({ ...options, type })).toEqual(places);
    expect(world.servers.asked()).toEqual(asked);
  });

  it("are of both types unless told otherwise, and one of them may be missing", async () => {
    const world = new World(({ name, type }) => (type === "A" ? { answers: [a(name, "10.1.0.1")] } : {}));
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.log).toHaveLength(2);
  });

  it("are not half listed when one of the types fails", async () => {
    const world = new World(({ name, type }) =>
      type === "A" ? { answers: [a(name, "10.1.0.1")] } : { rcode: SERVFAIL },
    );
    await expect(world.lookup(options)).rejects.toMatchObject({ message: expect.stringContaining("AAAA") });
  });

  it("are unique", async () => {
    const world = new World(({ name }) => ({
      answers: [a(name, "10.1.0.1"), a(name, "10.1.0.1"), a(name, "10.1.0.2")],
    }));
    expect(await world.places({ ...options, type: "A" })).toEqual(["10.1.0.1:7337", "10.1.0.2:7337"]);
  });

  it("that cannot be read are left out and reported, once by a subscription", async () => {
    const world = new World((query) => {
      const three = { type: "NULL", name: query.name, data: Buffer.from([10, 1, 0]) } as const;
      const bytes = respond(query, { answers: [three, a(query.name, "10.1.0.2", 2)] });
      // The codec of the tests does not write an address of three bytes, so it becomes one afterwards.
      bytes.writeUInt16BE(1, bytes.indexOf(three.data) - 10);
      return { bytes };
    });
    const { listings } = world.subscribe({ ...options, type: "A" });
    await world.clock.advance(7000);
    expect(listings).toEqual([["10.1.0.2:7337"]]);
    expect(world.servers.log).toHaveLength(4);
    expect(world.problems).toMatchObject([{ code: "MALFORMED_RECORD", adapter: "dns(orders.example:7337)" }]);
  });
});

describe("a name that has no records", () => {
  it.each([
    ["does not exist", { rcode: NXDOMAIN, authorities: [soa("example", 30)] }],
    ["does not exist, without SOA", { rcode: NXDOMAIN }],
    ["has others", { authorities: [soa("example", 30)] }],
    ["has others, without SOA", {}],
  ])("because it %s is an empty listing", async (_, reply) => {
    const world = new World(() => reply);
    expect(await world.lookup({ ...options, type: "A" })).toEqual([]);
    expect(world.problems).toEqual([]);
  });
});

describe("search domains", () => {
  const within = { ...options, type: "A", searchDomains: ["a.test", "example."] } as const;

  it("are tried one after the other for a name with few dots", async () => {
    const world = new World(dual);
    expect(await world.places({ ...within, name: "orders" })).toHaveLength(2);
    expect(world.servers.asked()).toEqual(["A orders.a.test", "A orders.example"]);
  });

  it("are tried after the name itself when that has as many dots as ndots", async () => {
    const world = new World(dual);
    await world.lookup({ ...within, name: "a.b" });
    expect(world.servers.asked()).toEqual(["A a.b", "A a.b.a.test", "A a.b.example"]);
  });

  it("are left out for a name with a dot at its end", async () => {
    const world = new World(dual);
    expect(await world.lookup({ ...within, name: "orders." })).toEqual([]);
    expect(world.servers.asked()).toEqual(["A orders"]);
  });

  it("are tried on when a name has records of other types only", async () => {
    const world = new World((query) => (query.name === "orders.a.test" ? {} : dual(query)));
    expect(await world.places({ ...within, name: "orders" })).toHaveLength(2);
  });

  it("are not tried on after a failure: what comes next may be somebody else's", async () => {
    const world = new World((query) => (query.name === "orders.a.test" ? { rcode: SERVFAIL } : dual(query)));
    await expect(world.lookup({ ...within, name: "orders" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(world.servers.asked()).toEqual(["A orders.a.test"]);
  });

  it("give an empty listing when none of them has the name", async () => {
    const world = new World(() => ({ rcode: NXDOMAIN }));
    expect(await world.lookup({ ...within, name: "orders" })).toEqual([]);
    expect(world.servers.log).toHaveLength(3);
  });
});
