import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { type Secret, secretAuthentication } from "../../src/handshake/secret-authentication.js";
import type { Connection, Transport } from "../../src/transport/transport.js";
import { forEachSeed } from "../support/seeds.js";
import { BOTH_ASSOCIATED, EIGHT_WORDS, heardFrom, NOTHING_LEFT, type Talker, Talkers } from "../support/talkers.js";

const SECRET = "a secret of the cluster";
const OTHER = "the secret of somebody else";
const MIDDLE = { host: "10.0.0.66", port: 7337 };

function authentication(secret: Secret, seed = 1) {
  const random = seededRandom(`${seed} nonces`);
  return secretAuthentication(secret, () => Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)));
}

/** Talkers that know secrets, each its own. */
async function talkersWith(...secrets: Secret[]) {
  const talkers = new Talkers();
  const added: Talker[] = [];
  for (const [at, secret] of secrets.entries()) {
    talkers.authentication = authentication(secret, at);
    added.push(await talkers.add(at + 1));
  }
  return { talkers, added: added as [Talker, Talker, ...Talker[]] };
}

/** Somebody between: every connection to {@link MIDDLE} goes on to a talker, and each frame as `pass` wants it. */
async function between(
  talkers: Talkers,
  to: Talker,
  pass: (frame: Uint8Array, direction: "there" | "back") => Uint8Array[],
) {
  const transport = talkers.network.transport(MIDDLE.host);
  await transport.listen(MIDDLE, (incoming) => {
    const waiting: Uint8Array[] = [];
    let outgoing: Connection | undefined;
    incoming.handle({
      onFrame: (frame) => {
        for (const each of pass(frame, "there")) outgoing === undefined ? waiting.push(each) : outgoing.send(each);
      },
      onClose: () => outgoing?.close(),
    });
    void transport.connect(to.self, 500, new AbortController().signal).then((connection) => {
      outgoing = connection;
      connection.handle({
        onFrame: (frame) => {
          for (const each of pass(frame, "back")) incoming.send(each);
        },
        onClose: () => incoming.close(),
      });
      for (const frame of waiting) connection.send(frame);
    });
  });
}

/** Frames to a talker over a connection of a stranger's, and what it answers. */
async function tell(talkers: Talkers, to: Talker, ...frames: Uint8Array[]): Promise<string[]> {
  const heard: string[] = [];
  const transport = talkers.network.transport("10.9.9.9");
  const connection = await talkers.clock.settle(transport.connect(to.self, 1_000, new AbortController().signal));
  connection.handle({
    onFrame: (frame) => heard.push(Buffer.from(frame).toString()),
    onClose: () => heard.push("closed"),
  });
  for (const frame of frames) connection.send(frame);
  await talkers.clock.advance(2_100);
  return heard;
}

/** What an offer in the open says, of a node that there is. */
const ONLY_UNAUTHENTICATED = [
  expect.stringMatching(/^\{"rollcall":"reject","code":"UNAUTHENTICATED","reason":"[^"]*"\}$/),
  "closed",
];

describe("two nodes with the same secret", () => {
  it("dial each other at once, end with one connection, and hear everything in order, for 100 seeds", async () => {
    await forEachSeed(100, async (seed) => {
      const talkers = new Talkers(seed, [0.1, 50]);
      talkers.authentication = authentication(SECRET, seed);
      const [a, b] = await talkers.pair();
      expect(await talkers.cross(a, b, 25, 2_000)).toMatchObject(BOTH_ASSOCIATED);
      expect([heardFrom(a, b), heardFrom(b, a)]).toEqual([EIGHT_WORDS, EIGHT_WORDS]);
      expect(talkers.network.connections).toBe(1);
      expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
    });
  });

  it("need no more frames for it than without one", async () => {
    const framesOf = async (secret: Secret | undefined) => {
      const talkers = new Talkers();
      if (secret !== undefined) talkers.authentication = authentication(secret);
      const [a, b] = await talkers.pair();
      await talkers.clock.settle(a.associations.dial(b.self, undefined));
      await talkers.clock.advance(10);
      return talkers.network.traffic.frames;
    };
    expect(await framesOf(SECRET)).toBe(await framesOf(undefined));
  });

  it("tell each other, sealed, why they do not talk", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a, b] = added;
    b.view = { ...b.view, isTombstoned: (id) => id === a.self.id };
    const result = await talkers.clock.settle(a.associations.dial(b.self, undefined));
    expect(result).toMatchObject({ kind: "rejected", rejection: { code: "TOMBSTONED", by: { nodeId: b.self.id } } });
  });
});

describe("two nodes with different secrets", () => {
  it.each([
    ["one each", SECRET, OTHER],
    ["the right one only among those that the dialling one accepts", [OTHER, SECRET], [SECRET]],
  ])("get nowhere, and both know why: %s", async (_, one, other) => {
    const { talkers, added } = await talkersWith(one, other);
    const [a, b] = added;
    expect(await talkers.clock.settle(a.associations.dial(b.self, undefined))).toMatchObject({
      kind: "rejected",
      rejection: { code: "UNAUTHENTICATED" },
    });
    await talkers.clock.advance(10);
    expect([a.rejections, b.rejections]).toMatchObject([[{ code: "UNAUTHENTICATED" }], [{ code: "UNAUTHENTICATED" }]]);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });
});

describe("somebody who does not know the secret", () => {
  it("is told nothing but that, whatever it offers", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a, b] = added;
    const { system, host, port, id } = b.self;
    a.view = { ...a.view, isTombstoned: () => true };
    for (const changes of [
      {},
      { from: { system: "other", host, port, id } },
      { targetId: b.self.id },
      { protocol: "9.0.0" },
    ]) {
      const offer = { rollcall: "offer", protocol: "1.1.0", from: { system, host, port, id }, ...changes };
      expect(await tell(talkers, a, Buffer.from(JSON.stringify(offer)))).toEqual(ONLY_UNAUTHENTICATED);
    }
  });

  it("learns nothing from repeating all that it has heard a node say", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a, b] = added;
    const said: Uint8Array[] = [];
    await between(talkers, b, (frame, direction) => {
      if (direction === "there") said.push(frame);
      return [frame];
    });
    await talkers.clock.settle(a.associations.dial(MIDDLE, b.self.id));
    a.say(b, "hello");
    await talkers.clock.advance(10);
    expect([said.length, heardFrom(b, a)]).toEqual([3, ["hello"]]);
    expect(await tell(talkers, b, ...said)).toEqual(ONLY_UNAUTHENTICATED);
    // A node that was started since does not know what was said before; it answers, and that cannot be read.
    talkers.authentication = authentication(SECRET, 9);
    const c = await talkers.add(3);
    const [answer, ...rest] = await tell(talkers, c, ...said);
    expect([answer, rest]).toEqual([expect.stringMatching(/^\{"rollcall":"sealed"/), ["closed"]]);
    expect([answer?.includes(c.self.id), c.heard, c.associations.open]).toEqual([false, [], 0]);
  });

  it("gets nowhere by sending a node's own words back to it", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a] = added;
    const transport = talkers.network.transport(MIDDLE.host);
    await transport.listen(MIDDLE, (mirror) =>
      mirror.handle({ onFrame: (frame) => mirror.send(frame), onClose: () => {} }),
    );
    expect(await talkers.clock.settle(a.associations.dial(MIDDLE, undefined))).toMatchObject({
      rejection: { code: "UNAUTHENTICATED" },
    });
  });

  it("gets nowhere by passing a node's words on to the node itself", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a] = added;
    await between(talkers, a, (frame) => [frame]);
    expect(await talkers.clock.settle(a.associations.dial(MIDDLE, undefined))).toMatchObject({
      rejection: { code: "SELF" },
    });
    expect([a.associations.size, a.heard]).toEqual([0, []]);
  });

  it.each<[string, Uint8Array]>([
    ["welcome", accept()],
    ["removed, by a large cluster", tombstone()],
    ["of another system", refusal("WRONG_SYSTEM")],
  ])("cannot tell a node that it is %s", async (_, answer) => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a] = added;
    const transport = talkers.network.transport(MIDDLE.host);
    await transport.listen(MIDDLE, (liar) => liar.handle({ onFrame: () => liar.send(answer), onClose: () => {} }));
    const result = await talkers.clock.settle(a.associations.dial(MIDDLE, undefined));
    expect(result).toMatchObject({
      rejection: { code: "UNAUTHENTICATED", reason: expect.stringContaining("settings.secret") },
    });
    expect(a.rejections).toEqual([expect.not.objectContaining({ by: expect.anything() })]);
  });

  it("is cut off without a word when there are too many, so that it does not learn how busy the node is", async () => {
    const talkers = new Talkers(1, [0.2, 1], { maxHandshakes: 1 });
    talkers.authentication = authentication(SECRET);
    const a = await talkers.add(1);
    const transport = talkers.network.transport("10.9.9.9");
    const connection = await talkers.clock.settle(transport.connect(a.self, 1_000, new AbortController().signal));
    connection.handle({ onFrame: () => {}, onClose: () => {} });
    expect(await tell(talkers, a)).toEqual(["closed"]);
    expect([a.associations.counters.refusedConnections, a.rejections]).toEqual([1, []]);
  });
});

describe("somebody between two nodes that know the secret", () => {
  it.each([0, 1, 2])("is noticed when it changes anything, here in frame %s", async (step) => {
    const { talkers, added } = await talkersWith(SECRET, SECRET);
    const [a, b] = added;
    a.isWanted = () => false;
    let passed = 0;
    await between(talkers, b, (frame) => [passed++ === step ? flipped(frame) : frame]);
    const outcome = await talkers.clock.settle(a.associations.dial(MIDDLE, undefined));
    await talkers.clock.advance(10);
    // The last word is the dialling node's: it believes what it has heard, and finds the connection closed at once.
    if (step < 2) expect(outcome).toMatchObject({ kind: "rejected", rejection: { code: "UNAUTHENTICATED" } });
    else expect(b.rejections).toMatchObject([{ code: "UNAUTHENTICATED" }]);
    expect(b.associations.open).toBe(0);
  });

  it("is noticed when it puts the halves of two handshakes together", async () => {
    const { talkers, added } = await talkersWith(SECRET, SECRET, SECRET);
    const [a, b] = added;
    const c = added[2] as Talker;
    const answers: Uint8Array[] = [];
    await between(talkers, b, (frame, direction) => {
      if (direction === "there") return [frame];
      answers.push(frame);
      // The first gets nothing, and the second what was meant for the first.
      return answers.length === 2 ? [answers[0] as Uint8Array] : [];
    });
    const first = a.associations.dial(MIDDLE, undefined).catch((error) => error);
    await talkers.clock.advance(10);
    expect(await talkers.clock.settle(c.associations.dial(MIDDLE, undefined))).toMatchObject({
      rejection: { code: "UNAUTHENTICATED" },
    });
    expect(await talkers.clock.settle(first)).toMatchObject({ code: "HANDSHAKE_TIMED_OUT" });
    expect(b.associations.open).toBe(0);
  });

  it("is noticed, with TLS, also when it passes everything on as it is", async () => {
    const talkers = new Talkers();
    talkers.authentication = authentication(SECRET);
    talkers.wrap = withExporter;
    const [a, b] = await talkers.pair();
    await between(talkers, b, (frame) => [frame]);
    expect(await talkers.clock.settle(a.associations.dial(MIDDLE, undefined))).toMatchObject({
      rejection: { code: "UNAUTHENTICATED" },
    });
    expect([a.associations.open, b.associations.open]).toEqual([0, 0]);
    // Nothing is wrong with the two when nobody is between them.
    expect(await talkers.clock.settle(a.associations.dial(b.self, undefined))).toMatchObject({ kind: "associated" });
  });
});

function accept(): Uint8Array {
  const from = { system: "test", host: MIDDLE.host, port: 7337, id: "00000000000000ff" };
  return json({ rollcall: "accept", protocol: "1.1.0", from, existing: "none" });
}

function tombstone(): Uint8Array {
  const lowest = { system: "test", host: "10.0.0.0", port: 1, id: "00000000000000ff" };
  return refusal("TOMBSTONED", { by: { nodeId: "00000000000000ff", lowest, members: 1_000 } });
}

function refusal(code: string, fields: object = {}): Uint8Array {
  return json({ rollcall: "reject", code, reason: "because", ...fields });
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** One bit of what is sealed is another one. */
function flipped(frame: Uint8Array): Uint8Array {
  const message = JSON.parse(Buffer.from(frame).toString()) as { body: string };
  const body = Buffer.from(message.body, "base64");
  body[0] = (body[0] as number) ^ 1;
  return json({ ...message, body: body.toString("base64") });
}

/** Both ends of a connection know the same, and those of another connection something else, as with TLS. */
function withExporter(transport: Transport, host: string): Transport {
  const bind = (connection: Connection): Connection => {
    const channelBinding = Buffer.from([host, connection.remote].sort().join());
    return new Proxy(connection, {
      get: (target, name) => {
        if (name === "channelBinding") return channelBinding;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  return {
    listen: (at, onConnection) => transport.listen(at, (connection) => onConnection(bind(connection))),
    connect: async (to, timeoutMs, signal) => bind(await transport.connect(to, timeoutMs, signal)),
  };
}
