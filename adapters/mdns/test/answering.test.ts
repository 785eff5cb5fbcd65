import { describe, expect, it } from "vitest";
import { type DnsRecord, type Message, query, response } from "../src/dns/message.js";
import { ASKER, announced, hostOf, NAME, SERVICE_TYPES, typesOf } from "./support/announced.js";
import { recordsOf, TYPE } from "./support/records.js";
import type { World } from "./support/world.js";

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
