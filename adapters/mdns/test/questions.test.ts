import { describe, expect, it } from "vitest";
import { query, response } from "../src/dns/message.js";
import { answersOf, goodbye, recordsOf, TYPE } from "./support/records.js";
import { questionsOf, World } from "./support/world.js";

const BROWSE = { name: TYPE, type: "PTR" };

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
