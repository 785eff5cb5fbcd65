import { describe, expect, it } from "vitest";
import { a, NXDOMAIN, SERVFAIL, soa, srv } from "./support/replies.js";
import type { Behaviour } from "./support/simulated-servers.js";
import { SERVICE, World } from "./support/world.js";

const ADDRESSES = { name: "orders.example", port: 7337, type: "A" } as const;
const answering = (...ttls: number[]): ReturnType<Behaviour> => ({
  answers: ttls.map((ttl, index) => a("orders.example", `10.1.0.${index}`, ttl)),
});

/** When questions were asked, in seconds. */
async function secondsOf(reply: ReturnType<Behaviour>, forSeconds: number, options = {}): Promise<number[]> {
  const world = new World(() => reply);
  world.subscribe({ ...ADDRESSES, ...options });
  await world.clock.advance(forSeconds * 1000);
  return world.servers.log.map(({ at }) => Math.round(at / 100) / 10);
}

describe("a subscription asks again", () => {
  it("when the shortest time to live is over", async () => {
    expect(await secondsOf(answering(20, 12), 30)).toEqual([0, 12, 24]);
  });

  it("when the time of an address that came along is over", async () => {
    const reply = {
      answers: [srv(SERVICE, "n1.example", 1, { ttl: 20 })],
      additionals: [a("n1.example", "10.1.0.1", 8)],
    };
    expect(await secondsOf(reply, 20, { name: SERVICE, port: undefined })).toEqual([0, 8, 16]);
  });

  it("not sooner than minPollMs", async () => {
    expect(await secondsOf(answering(0), 3)).toEqual([0, 1, 2]);
    expect(await secondsOf(answering(1), 10, { minPollMs: 4000 })).toEqual([0, 4, 8]);
  });

  it("not later than maxPollMs", async () => {
    expect(await secondsOf(answering(86_400), 65)).toEqual([0, 30, 60]);
    expect(await secondsOf(answering(86_400), 5, { maxPollMs: 2000 })).toEqual([0, 2, 4]);
  });

  it("at once when the time to live has its top bit set, which means 0", async () => {
    expect(await secondsOf(answering(0x8000_0001), 3)).toEqual([0, 1, 2]);
  });

  it.each([
    ["the minimum of the SOA record", soa("example", 10, 3600)],
    ["the time to live of the SOA record, if that is shorter,", soa("example", 3600, 10)],
  ])("after %s when there is nobody", async (_, authority) => {
    expect(await secondsOf({ rcode: NXDOMAIN, authorities: [authority] }, 25)).toEqual([0, 10, 20]);
    expect(await secondsOf({ authorities: [authority] }, 25)).toEqual([0, 10, 20]);
  });

  it("after about pollMs when nothing says how long there will be nobody", async () => {
    const seconds = await secondsOf({ rcode: NXDOMAIN }, 21, { pollMs: 10_000 });
    expect(seconds).toHaveLength(3);
    expect(seconds[1]).toBeGreaterThanOrEqual(9);
  });
});

describe("a subscription", () => {
  it("lists a change once, and nothing when only the order has changed", async () => {
    let reply = answering(1, 1);
    const world = new World(() => reply);
    const { listings } = world.subscribe(ADDRESSES);
    await world.clock.advance(1500);
    reply = { answers: [a("orders.example", "10.1.0.1", 1), a("orders.example", "10.1.0.0", 1)] };
    await world.clock.advance(2000);
    reply = { rcode: NXDOMAIN, authorities: [soa("example", 1)] };
    await world.clock.advance(2000);
    reply = answering(1);
    await world.clock.advance(2000);
    expect(listings).toEqual([["10.1.0.0:7337", "10.1.0.1:7337"], [], ["10.1.0.0:7337"]]);
  });

  it("is over after a failure, and does not list that there is nobody", async () => {
    let reply: ReturnType<Behaviour> = answering(1);
    const world = new World(() => reply);
    const { listings, error } = world.subscribe(ADDRESSES);
    await world.clock.advance(500);
    reply = { rcode: SERVFAIL };
    await world.clock.advance(60_000);
    expect(listings).toEqual([["10.1.0.0:7337"]]);
    expect(error()).toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("SERVFAIL"),
    });
    expect(world.servers.log).toHaveLength(2);
  });
});
