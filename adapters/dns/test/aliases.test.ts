import { describe, expect, it } from "vitest";
import { a, cname, NXDOMAIN, soa } from "./support/replies.js";
import { World } from "./support/world.js";

const options = { name: "orders.example", port: 7337, type: "A" } as const;

describe("an alias", () => {
  it("is followed within an answer, whatever the order of its records", async () => {
    const answers = [
      a("c.example", "10.1.0.1"),
      cname("b.example", "c.example"),
      a("stranger.example", "10.6.6.6"),
      cname("orders.example", "b.example"),
    ];
    const world = new World(() => ({ answers }));
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.log).toHaveLength(1);
  });

  it("is asked for when the server has not followed it", async () => {
    const zone: Record<string, object> = {
      "orders.example": { answers: [cname("orders.example", "b.example")] },
      "b.example": { answers: [cname("b.example", "c.example"), cname("c.example", "d.example")] },
      "d.example": { answers: [a("d.example", "10.1.0.1")] },
    };
    const world = new World(({ name }) => zone[name]);
    expect(await world.places(options)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.asked()).toEqual(["A orders.example", "A b.example", "A d.example"]);
  });

  it("of something that has no such records is an empty listing", async () => {
    const alias = cname("orders.example", "b.example");
    const replies = [
      { answers: [alias], authorities: [soa("example", 30)] },
      { answers: [alias], authorities: [soa("example", 30)], rcode: NXDOMAIN },
    ];
    for (const reply of replies) {
      const world = new World(() => reply);
      expect(await world.lookup(options)).toEqual([]);
      expect(world.servers.log).toHaveLength(1);
    }
  });

  it.each([
    ["itself", { "orders.example": "orders.example" }],
    ["a circle in one answer", { "orders.example": "b.example", "b.example": "orders.example" }],
  ])("of %s is a failure", async (_, aliases) => {
    const world = new World(() => ({ answers: Object.entries(aliases).map(([from, to]) => cname(from, to)) }));
    await expect(world.lookup(options)).rejects.toMatchObject({ code: "INVALID_RESPONSE" });
    expect(world.servers.log).toHaveLength(1);
  });

  it("that leads in a circle over several answers is a failure", async () => {
    const world = new World(({ name }) => ({
      answers: [cname(name, name === "orders.example" ? "b.example" : "ORDERS.example")],
    }));
    const error = { code: "INVALID_RESPONSE", message: expect.stringContaining("circle") };
    await expect(world.lookup(options)).rejects.toMatchObject(error);
    expect(world.servers.log).toHaveLength(2);
  });

  it("that never ends is a failure after a few questions", async () => {
    let count = 0;
    const world = new World(({ name }) => ({ answers: [cname(name, `alias-${++count}.example`)] }));
    await expect(world.lookup(options)).rejects.toMatchObject({ code: "INVALID_RESPONSE" });
    expect(world.servers.log.length).toBeLessThan(12);
  });

  it("that is the root is a failure", async () => {
    const world = new World(({ name }) => ({ answers: [cname(name, ".")] }));
    await expect(world.lookup(options)).rejects.toMatchObject({ code: "INVALID_RESPONSE" });
  });

  it("that holds for a shorter time than the records sets the time", async () => {
    const world = new World(({ name }) =>
      name === "orders.example"
        ? { answers: [cname(name, "b.example", 7)] }
        : { answers: [a("b.example", "10.1.0.1", 20)] },
    );
    world.subscribe(options);
    await world.clock.advance(7100);
    expect(world.servers.asked()).toEqual(["A orders.example", "A b.example", "A orders.example", "A b.example"]);
  });
});
