import { describe, expect, it } from "vitest";
import { encodeOffer } from "../../src/association/outbound-handshake.js";
import { MAX_HANDSHAKE_FRAME_BYTES, type Reject } from "../../src/handshake/handshake-message.js";
import type { Connection } from "../../src/transport/transport.js";
import { member, node } from "../support/nodes.js";
import { heardFrom, NOTHING_LEFT, type Talker, Talkers } from "../support/talkers.js";

/** A stranger's connection to a talker, and what it hears. */
async function stranger(talkers: Talkers, to: Talker) {
  const heard: string[] = [];
  const { signal } = new AbortController();
  const transport = talkers.network.transport("10.9.9.9");
  const connection = await talkers.clock.settle(transport.connect(to.self, 1_000, signal));
  connection.handle({
    onFrame: (frame) => heard.push(Buffer.from(frame).toString()),
    onClose: () => heard.push("closed"),
  });
  return { connection, heard };
}

describe("somebody who connects", () => {
  it("and says nothing is shown the door when time is up", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const { heard } = await stranger(talkers, a);
    await talkers.clock.advance(1_990);
    expect(heard).toEqual([]);
    await talkers.clock.advance(20);
    expect(heard).toEqual(["closed"]);
    expect(talkers.clock.pending).toBe(0);
  });

  it.each([
    ["nonsense", "hello"],
    ["an accept", '{"rollcall":"accept"}'],
  ])("and says %s is told that it was not understood", async (_, text) => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const { connection, heard } = await stranger(talkers, a);
    connection.send(Buffer.from(text));
    await talkers.clock.advance(10);
    expect(heard.map((each) => (each === "closed" ? each : (JSON.parse(each) as Reject).code))).toEqual([
      "NOT_UNDERSTOOD",
      "closed",
    ]);
  });

  it("and sends more than a handshake may be is cut off", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const { connection, heard } = await stranger(talkers, a);
    connection.send(Buffer.alloc(MAX_HANDSHAKE_FRAME_BYTES + 1));
    await talkers.clock.advance(10);
    expect(heard).toEqual(["closed"]);
  });

  it("is shown the door at once when the node stops", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const { heard } = await stranger(talkers, a);
    a.associations.stop();
    await talkers.clock.advance(10);
    expect([heard, talkers.clock.pending]).toEqual([["closed"], 0]);
    const { heard: late } = await stranger(talkers, a);
    await talkers.clock.advance(10);
    expect([late, talkers.clock.pending]).toEqual([["closed"], 0]);
  });

  it("as one too many is refused and counted, and the others are served", async () => {
    const talkers = new Talkers(1, [0.2, 1], { maxHandshakes: 3 });
    const [a, b] = await talkers.pair();
    for (let times = 0; times < 3; times++) await stranger(talkers, a);
    const { heard } = await stranger(talkers, a);
    await talkers.clock.advance(10);
    expect(heard).toEqual([expect.stringContaining("TOO_MANY_HANDSHAKES"), "closed"]);
    expect(a.associations.counters.refusedConnections).toBe(1);
    b.say(a, "let me in");
    await talkers.clock.advance(5_000);
    expect(heardFrom(a, b)).toEqual(["let me in"]);
  });
});

describe("a crowd", () => {
  it("from one address is refused when it is too many, and others are served", async () => {
    const talkers = new Talkers(1, [0.2, 1], { maxHandshakesPerAddress: 2 });
    const [a, b] = await talkers.pair();
    for (let times = 0; times < 2; times++) await stranger(talkers, a);
    const { heard } = await stranger(talkers, a);
    await talkers.clock.advance(10);
    expect(heard).toEqual([expect.stringMatching(/TOO_MANY_HANDSHAKES.*16 in all, 2 from one address/), "closed"]);
    b.say(a, "let me in");
    await talkers.clock.advance(10);
    expect([heardFrom(a, b), a.associations.counters.refusedConnections]).toEqual([["let me in"], 1]);
  });

  it("that shakes hands and does not join is bounded like one that does not", async () => {
    const talkers = new Talkers(1, [0.2, 1], { maxHandshakes: 3 });
    const a = await talkers.add(1);
    const answers: (string | undefined)[] = [];
    for (let number = 2; number <= 6; number++) {
      const guest = await talkers.add(number);
      const result = await talkers.clock.settle(guest.associations.dial(a.self, undefined));
      answers.push(result.kind === "rejected" ? result.rejection.code : undefined);
      await talkers.clock.advance(10);
    }
    expect(answers).toEqual([undefined, undefined, undefined, "TOO_MANY_HANDSHAKES", "TOO_MANY_HANDSHAKES"]);
    expect([a.associations.guests, a.associations.strangers, a.associations.open]).toEqual([3, 0, 3]);
    // Once they are members, others may come.
    const asBefore = a.view;
    a.view = {
      ...asBefore,
      member: (id) => asBefore.member(id) ?? member(node(2), "up"),
    };
    expect(a.associations.guests).toBe(0);
  });

  it("of nodes is bounded: who is one too many is told so, whoever dialled, and nothing is kept for it", async () => {
    const talkers = new Talkers(1, [0.2, 1], { maxAssociations: 2 });
    const [a, b] = await talkers.pair();
    const [c, d] = [await talkers.add(3), await talkers.add(4)];
    for (const other of [b, c]) await talkers.clock.settle(a.associations.dial(other.self, undefined));
    for (const dialling of [a.associations.dial(d.self, undefined), d.associations.dial(a.self, undefined)]) {
      const result = await talkers.clock.settle(dialling);
      expect(result).toMatchObject({ kind: "rejected", rejection: { code: "TOO_MANY_ASSOCIATIONS" } });
    }
    a.say(d, "hello");
    expect([a.associations.size, a.associations.counters.droppedFrames]).toEqual([2, 1]);
    // Those it talks to already may come back.
    talkers.network.breakConnections(a.self.host, b.self.host);
    await talkers.clock.advance(100);
    expect(a.associations.open).toBe(2);
  });
});

describe("whoever is being asked about", () => {
  const never = () => new Promise<never>(() => {});

  it("and goes on talking is hung up on, as it is not its turn", async () => {
    const talkers = new Talkers();
    talkers.admission = never;
    const a = await talkers.add(1);
    const heard: string[] = [];
    const transport = talkers.network.transport("10.9.9.9");
    const connection = await talkers.clock.settle(transport.connect(a.self, 1_000, new AbortController().signal));
    connection.handle({
      onFrame: (frame) => heard.push(Buffer.from(frame).toString()),
      onClose: () => heard.push("closed"),
    });
    connection.send(encodeOffer(node(9), undefined));
    connection.send(Buffer.from('{"rollcall":"confirm","use":true}'));
    await talkers.clock.advance(10);
    expect([heard, a.associations.size, a.rejections]).toEqual([["closed"], 0, []]);
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });

  it("and hangs up is forgotten", async () => {
    const talkers = new Talkers();
    const asked: AbortSignal[] = [];
    talkers.admission = (_, { signal }) => {
      asked.push(signal);
      return never();
    };
    const a = await talkers.add(1);
    talkers.admission = undefined;
    const b = await talkers.add(2);
    const aborting = new AbortController();
    const dial = b.associations.dial(a.self, undefined, aborting.signal).catch((error) => error);
    await talkers.clock.advance(50);
    aborting.abort(new Error("changed my mind"));
    expect(await talkers.clock.settle(dial)).toMatchObject({ message: "changed my mind" });
    await talkers.clock.advance(10);
    expect([asked.map(({ aborted }) => aborted), a.associations.strangers]).toEqual([[true], 0]);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });

  it.each([
    [
      "goes on talking",
      (connection: Connection, answer: Uint8Array) => connection.send(answer),
      "before it was its turn",
    ],
    ["hangs up", (connection: Connection) => connection.close(), "closed the connection"],
  ])("after it answered a dial, and %s, ends that dial", async (_, misbehave, message) => {
    const talkers = new Talkers();
    talkers.admission = never;
    const a = await talkers.add(1);
    const { system, host, port, id } = node(9);
    const answer = { rollcall: "accept", protocol: "1.1.0", from: { system, host, port, id }, existing: "none" };
    const bytes = Buffer.from(JSON.stringify(answer));
    const transport = talkers.network.transport(host);
    await transport.listen({ host, port }, (connection) => {
      const onFrame = () => {
        connection.send(bytes);
        misbehave(connection, bytes);
      };
      connection.handle({ onFrame, onClose: () => {} });
    });
    const outcome = a.associations.dial({ host, port }, undefined).catch((error) => error);
    expect(await talkers.clock.settle(outcome)).toMatchObject({
      code: "HANDSHAKE_FAILED",
      message: expect.stringContaining(message),
    });
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });
});
