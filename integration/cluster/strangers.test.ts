import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";
import { expectUnaffected, HANDSHAKE_TIMEOUT_MS, startPair } from "./support/pair.ts";
import { frame, header, offerFrom, WirePeer } from "./support/wire-peer.ts";

const MAX_HANDSHAKE_FRAME_BYTES = 4_096;

describe("a stranger who never gets to the point", () => {
  it("is cut off after the handshake time-out when it says nothing", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    const connected = performance.now();

    await peer.closed;

    expect(performance.now() - connected).toBeGreaterThan(HANDSHAKE_TIMEOUT_MS / 2);
    await expectUnaffected(pair);
  });

  it("is cut off when it trickles bytes, however regularly they come", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    const bytes = frame(offerFrom()).subarray(0, -1);
    let sent = 0;
    const trickle = setInterval(() => peer.write(bytes.subarray(sent, ++sent)), 5);
    onTestFinished(() => clearInterval(trickle));

    await peer.closed;

    expect(sent).toBeLessThan(bytes.length);
    await expectUnaffected(pair);
  });

  it("is cut off when it offers, is accepted, and never confirms", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    expect(await peer.offer()).toMatchObject({ rollcall: "accept" });

    await peer.closed;

    expect(pair[0].cluster.explain().associations.open).toBe(1);
    await expectUnaffected(pair);
  });

  it("is let go when it hangs up in the middle of a frame", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    peer.write(frame(offerFrom()).subarray(0, 30));
    peer.socket.end();

    await peer.closed;

    await expectUnaffected(pair);
  });

  it("cannot keep real nodes out by coming 300 times, and is told when that is too much", async () => {
    const pair = await startPair();
    const peers = await Promise.all(Array.from({ length: 300 }, () => WirePeer.connect(pair[0])));
    const answers = peers.map((peer) => peer.receiveJson().catch(() => undefined));

    await Promise.all(peers.map((peer) => peer.closed));

    const told = (await Promise.all(answers)).filter((answer) => answer?.code === "TOO_MANY_HANDSHAKES");
    expect(told).toHaveLength(300 - 256);
    expect(pair[0].cluster.explain().associations.refusedConnections).toBe(300 - 256);
    expect(pair[0].cluster.explain().rejections).toEqual({ TOO_MANY_HANDSHAKES: 300 - 256 });
    await expectUnaffected(pair);
  });

  it("is cut off without a word when even those who are told no are too many", async () => {
    const node = await startNode(({ association }) => {
      association.maxHandshakes = 4;
    });
    const answers: unknown[] = [];
    for (let count = 0; count < 10; count++) {
      const peer = await WirePeer.connect(node);
      peer.receiveJson().then(
        ({ code }) => answers.push(code),
        () => answers.push("closed"),
      );
    }

    await eventually(() => answers).toEqual([...Array(4).fill("TOO_MANY_HANDSHAKES"), "closed", "closed"]);
  });

  it("counts among the handshakes under way until it has hung up, also when it was refused", async () => {
    const node = await startNode(({ association }) => {
      association.maxHandshakes = 4;
    });
    const refusal = async () => {
      const peer = await WirePeer.connect(node);
      peer.send({ rollcall: "gibberish" });
      return (await peer.receiveJson()).code;
    };
    for (let count = 0; count < 4; count++) expect(await refusal()).toBe("NOT_UNDERSTOOD");

    expect(await refusal()).toBe("TOO_MANY_HANDSHAKES");

    expect(node.cluster.explain().associations.refusedConnections).toBe(1);
  });

  it("that is a node and comes at such a moment learns why, and tries again", async () => {
    const crowded = await startNode(({ association }) => {
      association.maxHandshakes = 1;
    });
    const peer = await WirePeer.connect(crowded);
    const node = await startNodeThatKnows([crowded.cluster.self.address]);
    const explained = () => node.cluster.explain().join.endpoints[0];
    await eventually(explained).toMatchObject({ lastCode: "TOO_MANY_HANDSHAKES", lastAnswered: true });

    peer.socket.destroy();

    await everybodyUp([crowded, node]);
  });
});

describe("a stranger who talks nonsense", () => {
  it.each([
    ["bytes that are no message", Buffer.from([0xff, 0x00, 0xfe, 0x01])],
    ["an empty frame", Buffer.alloc(0)],
    ["JSON that is no object", Buffer.from("[1, 2]")],
    ["an offer without a node", { rollcall: "offer", protocol: "1.0.0" }],
    ["an offer from an impossible host", offerFrom({ host: "two words" })],
    ["an offer from port 0", offerFrom({ port: 0 })],
    ["an offer with an id that is none", offerFrom({ id: "x".repeat(16) })],
    ["an offer with a version that is none", { ...offerFrom(), protocol: "latest" }],
    ["a confirmation of nothing", { rollcall: "confirm", use: true }],
    ["an acceptance of nothing", { ...offerFrom(), rollcall: "accept", existing: "none" }],
  ])("is told that it was not understood: %s", async (_, content) => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    peer.send(content);

    expect(await peer.receiveJson()).toMatchObject({ rollcall: "reject", code: "NOT_UNDERSTOOD" });
    await peer.closed;
    expect(pair[0].cluster.explain().rejections).toEqual({ NOT_UNDERSTOOD: 1 });
    await expectUnaffected(pair);
  });

  it.each([
    ["a request of HTTP", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
    ["a frame of one byte too many", header(MAX_HANDSHAKE_FRAME_BYTES + 1)],
    ["a frame of four gigabytes", header(0xffff_ffff)],
  ])("is cut off without a word when it announces more than a handshake: %s", async (_, bytes) => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    peer.write(bytes);

    await peer.closed;

    await expect(peer.receive()).rejects.toThrow("closed");
    await expectUnaffected(pair);
  });

  it("is answered with what cannot be TLS when it says hello in TLS, and the reason is noted", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    peer.write(Buffer.from("16030100c8010000c40303", "hex"));

    expect(await peer.receive()).toEqual(Buffer.alloc(1));
    await peer.closed;
    const refused = { code: "NOT_UNDERSTOOD", reason: expect.stringContaining("settings.tls"), refusedBy: "us" };
    await eventually(() => pair[0].cluster.explain().refusals).toMatchObject([refused]);
    await expectUnaffected(pair);
  });

  it("is hung up on when it offers twice instead of confirming", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    await peer.offer();
    peer.send(offerFrom());

    await peer.closed;

    await expectUnaffected(pair);
  });
});
