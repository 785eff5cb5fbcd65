import { describe, expect, it } from "vitest";
import { query, response } from "../src/dns/message.js";
import { ASKER, announced, NAME } from "./support/announced.js";
import { Medium, Station } from "./support/medium.js";
import { recordsOf, TYPE } from "./support/records.js";
import { World } from "./support/world.js";

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
