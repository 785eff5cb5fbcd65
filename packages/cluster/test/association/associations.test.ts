import { describe, expect, it } from "vitest";
import { encodeHandshake, MAX_HANDSHAKE_FRAME_BYTES } from "../../src/handshake/handshake-message.js";
import type { Connection } from "../../src/transport/transport.js";
import { node } from "../support/nodes.js";
import { forEachSeed } from "../support/seeds.js";
import { count, heardFrom, NOTHING_LEFT, Talkers } from "../support/talkers.js";

describe("what is said before there is an association", () => {
  it("waits for it, and arrives in order before what is said later", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const b = await talkers.add(2, 0, false);
    a.say(b, ...count(1, 10));
    await talkers.clock.advance(1_000);
    expect(a.associations.counters.droppedFrames).toBe(0);
    const transport = talkers.network.transport(b.self.host);
    await transport.listen(b.self, (connection) => b.associations.accept(connection));
    await talkers.clock.until(() => a.associations.isOpen(b.self.id));
    a.say(b, "11");
    await talkers.clock.advance(10);
    expect(heardFrom(b, a)).toEqual(count(1, 11));
  });

  it.each([
    ["frames", { frames: 3, bytes: 1_000 }],
    ["bytes", { frames: 1_000, bytes: 3 }],
  ])("is bounded in %s; what comes beyond is dropped and counted", async (_, buffer) => {
    const talkers = new Talkers(1, [0.2, 1], { buffer });
    const [a, b] = await talkers.pair();
    a.say(b, ...count(1, 9));
    expect(a.associations.counters.droppedFrames).toBe(6);
    await talkers.clock.advance(100);
    expect(heardFrom(b, a)).toEqual(["1", "2", "3"]);
    a.say(b, "10");
    await talkers.clock.advance(100);
    expect(heardFrom(b, a)).toEqual(["1", "2", "3", "10"]);
    expect(a.associations.counters).toMatchObject({ sentFrames: 4, sentBytes: 5, droppedFrames: 6 });
    expect(b.associations.counters).toMatchObject({ receivedFrames: 4, receivedBytes: 5 });
  });

  it("is dropped and counted when the peer is not wanted any more", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const b = await talkers.add(2, 0, false);
    a.say(b, "1", "2", "3");
    await talkers.clock.advance(500);
    a.isWanted = () => false;
    await talkers.clock.advance(10_000);
    expect(a.associations.counters.droppedFrames).toBe(3);
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });
});

describe("a connection that is lost", () => {
  it("is made again at once, while the peer is wanted", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    talkers.network.breakConnections(a.self.host, b.self.host);
    await talkers.clock.advance(20);
    expect([a.associations.isOpen(b.self.id), b.associations.isOpen(a.self.id)]).toEqual([true, true]);
    expect(talkers.network.connections).toBe(1);
  });

  it("is not made again when the peer is not wanted", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    a.isWanted = () => false;
    b.isWanted = () => false;
    talkers.network.breakConnections(a.self.host, b.self.host);
    await talkers.clock.advance(60_000);
    expect([a.associations.open, talkers.network.connections, talkers.clock.pending]).toEqual([0, 0, 0]);
  });

  it("on one side only is replaced when the other side dials", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    // A process that was restarted in place of b, with b's id, knows nothing of the connection that a still holds.
    talkers.network.cut([b.self.host], [a.self.host], "one-way");
    b.associations.stop();
    await talkers.clock.advance(100);
    talkers.network.heal();
    talkers.network.crash(b.self.host);
    const again = await talkers.add(2);
    again.say(a, "back");
    await talkers.clock.advance(1_000);
    expect(heardFrom(a, again)).toEqual(["back"]);
    expect(talkers.network.connections).toBe(1);
  });
});

describe("a connection that stands and carries nothing", () => {
  it("gives way to another one, for which there are more and more patient attempts until the peer answers", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    await talkers.clock.advance(10);
    talkers.network.cut([a.self.host], [b.self.host]);
    const attempts = () => talkers.network.dials.get(a.self.host) ?? 0;
    const before = attempts();
    for (let tries = 0; tries < 600; tries++) {
      a.associations.renew(b.self.id);
      await talkers.clock.advance(100);
    }
    // Each takes its half second to fail, and at last the pause is the longest.
    expect(attempts() - before).toBeGreaterThan(60_000 / 4_200);
    expect(attempts() - before).toBeLessThan(30);
    expect(a.associations.failures(b.self.id)).toBeGreaterThan(0);
    talkers.network.heal();
    for (let tries = 0; tries < 40; tries++) {
      a.associations.renew(b.self.id);
      await talkers.clock.advance(100);
    }
    expect([a.associations.isOpen(b.self.id), a.associations.failures(b.self.id)]).toEqual([true, 0]);
    expect(talkers.network.connections).toBe(1);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });
});

describe("a dial of somebody who is taken to be connected", () => {
  it("keeps the connection there is", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    talkers.network.alias("other.example", b.self.host);
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    a.say(b, "one");
    const again = a.associations.dial({ host: "other.example", port: b.self.port }, undefined);
    expect(await talkers.clock.settle(again)).toEqual({ kind: "associated", peer: b.self });
    a.say(b, "two");
    await talkers.clock.advance(10);
    expect([heardFrom(b, a), talkers.network.connections]).toEqual([["one", "two"], 1]);
  });

  it("replaces the connection if the peer knows nothing of it", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    await talkers.clock.settle(a.associations.dial(b.self, b.self.id));
    await talkers.clock.advance(10);
    // The peer gives the connection up, and the way on which that would be heard is gone; another one leads there.
    talkers.network.cut([a.self.host], [b.self.host]);
    b.isWanted = () => false;
    b.associations.close(a.self.id);
    const detour = talkers.network.transport("10.0.0.22");
    await detour.listen({ host: "10.0.0.22", port: 1 }, (connection) => b.associations.accept(connection));
    expect([a.associations.isOpen(b.self.id), b.associations.isOpen(a.self.id)]).toEqual([true, false]);
    await talkers.clock.settle(a.associations.dial({ host: "10.0.0.22", port: 1 }, b.self.id));
    a.say(b, "hello");
    await talkers.clock.advance(10);
    expect(heardFrom(b, a)).toEqual(["hello"]);
  });
});

describe("a dial", () => {
  it("gives up at once when its signal aborts, at whatever point", async () => {
    await forEachSeed(50, async (seed) => {
      const talkers = new Talkers(seed, [1, 20]);
      const { clock, random } = talkers;
      const [a, b] = await talkers.pair();
      const controller = new AbortController();
      const reason = new Error("changed my mind");
      // The lower node's own dial, on which the higher one has to wait when they cross.
      clock.schedule(random() * 60, () => a.say(b, "hello"));
      const outcome = b.associations.dial(a.self, a.self.id, controller.signal).catch((error) => error);
      const abortAt = random() * 100;
      await clock.advance(abortAt);
      controller.abort(reason);
      const before = clock.now();
      const result = await clock.settle(outcome);
      expect(clock.now()).toBe(before);
      if (result !== reason) expect(result).toMatchObject({ kind: "associated" });
      expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
    });
  });

  it("fails with SHUT_DOWN when everything ends", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    const outcome = a.associations.dial(b.self, b.self.id).catch((error) => error);
    a.associations.stop();
    expect(await talkers.clock.settle(outcome)).toMatchObject({ code: "SHUT_DOWN" });
    await expect(a.associations.dial(b.self, undefined)).rejects.toMatchObject({ code: "SHUT_DOWN" });
    expect(await talkers.end(b)).toEqual(NOTHING_LEFT);
  });

  it("of an address where nobody answers in time fails, and leaves nothing", async () => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const silent = talkers.network.transport("10.0.0.2");
    const accepted: Connection[] = [];
    await silent.listen({ host: "10.0.0.2", port: 7337 }, (connection) => {
      connection.handle({ onFrame: () => {}, onClose: () => {} });
      accepted.push(connection);
    });
    const outcome = a.associations.dial({ host: "10.0.0.2", port: 7337 }, undefined).catch((error) => error);
    expect(await talkers.clock.settle(outcome)).toMatchObject({ code: "HANDSHAKE_TIMED_OUT" });
    expect(talkers.clock.now()).toBeGreaterThanOrEqual(2_000);
    expect(accepted).toHaveLength(1);
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });

  it.each([
    ["a newer minor version is used", { major: 1, minor: 9, patch: 9 }, { kind: "associated" }],
    [
      "another major version is refused, whatever the other side makes of that",
      { major: 2, minor: 0, patch: 0 },
      {
        kind: "rejected",
        rejection: { code: "INCOMPATIBLE_PROTOCOL", reason: expect.stringMatching(/1\.1\.0.*2\.0\.0/) },
      },
    ],
  ])("of somebody who answers with %s", async (_, protocol, outcome) => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const other = talkers.network.transport("10.0.0.2");
    const answer = encodeHandshake({ kind: "accept", protocol, from: node(2), existing: "none" });
    await other.listen(node(2), (connection) => {
      connection.handle({ onFrame: () => connection.send(answer), onClose: () => {} });
    });
    const result = await talkers.clock.settle(a.associations.dial(node(2), undefined));
    expect(result).toMatchObject(outcome);
    a.associations.stop();
    await talkers.clock.advance(5_000);
  });

  it.each([
    ["something that is no handshake", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "is not a node"],
    ["a confirmation where an answer is due", Buffer.from('{"rollcall":"confirm","use":true}'), "is not a node"],
    // It is not even waited for.
    ["more than a handshake may be", Buffer.alloc(MAX_HANDSHAKE_FRAME_BYTES + 1), "closed the connection"],
  ])("of somebody who answers %s fails", async (_, answer, message) => {
    const talkers = new Talkers();
    const a = await talkers.add(1);
    const other = talkers.network.transport("10.0.0.2");
    await other.listen({ host: "10.0.0.2", port: 7337 }, (connection) => {
      connection.handle({ onFrame: () => connection.send(answer), onClose: () => {} });
    });
    const outcome = a.associations.dial({ host: "10.0.0.2", port: 7337 }, undefined).catch((error) => error);
    expect(await talkers.clock.settle(outcome)).toMatchObject({
      code: "HANDSHAKE_FAILED",
      message: expect.stringContaining(message),
    });
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });
});
