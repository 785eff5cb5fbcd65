import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startCluster, startNode, startNodeThatKnows } from "./support/node.ts";
import { frame, header, offerFrom, WirePeer } from "./support/wire-peer.ts";

const HANDSHAKE_TIMEOUT_MS = 300;
const MAX_HANDSHAKE_FRAME_BYTES = 4_096;

/** Two members, of which the first is impatient with strangers. */
async function startPair() {
  const first = await startNode(({ association }) => {
    association.handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([first, second]);
  return [first, second] as const;
}

/** Nobody went down or unreachable, and another node can still join through the first. */
async function expectUnaffected(pair: Awaited<ReturnType<typeof startPair>>): Promise<void> {
  const [first] = pair;
  for (const { cluster } of pair) {
    expect([...cluster.membership].map(({ status, reachability }) => [status, reachability])).toEqual([
      ["up", "reachable"],
      ["up", "reachable"],
    ]);
  }
  const newcomer = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([...pair, newcomer]);
}

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
    ["a hello of TLS", Buffer.from("16030100c8010000c40303", "hex")],
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

  it("is hung up on when it offers twice instead of confirming", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    await peer.offer();
    peer.send(offerFrom());

    await peer.closed;

    await expectUnaffected(pair);
  });
});

describe("a stranger with a valid offer", () => {
  it.each([
    ["of another system", offerFrom({ system: "payments" }), "WRONG_SYSTEM"],
    ["in another major version", { ...offerFrom(), protocol: "2.0.0" }, "INCOMPATIBLE_PROTOCOL"],
    ["for another incarnation", offerFrom({}, { targetId: "0123456789abcdef" }), "WRONG_TARGET"],
  ])("%s is refused with a code, and learns of no member", async (_, offer, code) => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    peer.send(offer);

    const answer = await peer.receiveJson();

    expect(answer).toEqual({ rollcall: "reject", code, reason: expect.any(String) });
    expect(answer.reason).not.toContain(`${pair[1].cluster.self.port}`);
    await peer.closed;
    await expect(peer.receive()).rejects.toThrow("closed");
    expect(pair[0].cluster.explain().rejections).toEqual({ [code]: 1 });
    await expectUnaffected(pair);
  });

  it.each(["1.0.1", "1.7.0"])("of the newer version %s is accepted, at the version spoken here", async (protocol) => {
    const node = await startNode();
    const peer = await WirePeer.connect(node);

    expect(await peer.offer({}, { protocol })).toMatchObject({ rollcall: "accept", protocol: "1.0.0" });
  });

  it("under a member's id, but at another address, is refused", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);

    const answer = await peer.offer({ id: pair[1].cluster.self.id });

    expect(answer).toMatchObject({ code: "DUPLICATE_NODE_ID" });
    await expectUnaffected(pair);
  });

  it("does not become a member by shaking hands alone", async () => {
    const pair = await startPair();
    const peer = await WirePeer.connect(pair[0]);
    await peer.associate();
    await peer.answered();

    expect(pair[0].cluster.explain().associations.open).toBe(2);
    expect(pair[0].cluster.membership.size).toBe(2);
    await expectUnaffected(pair);
  });

  it("that repeats a member's handshake keeps that member away for a moment at most", async () => {
    const pair = await startPair();
    const [first, second] = pair;
    const peer = await WirePeer.connect(first);
    const { system, host, port, id } = second.cluster.self;
    await peer.associate({ system, host, port, id });

    // The member finds its connection gone and takes its place back, so this one is closed.
    await peer.closed;

    await expectUnaffected(pair);
  });
});

it("an HTTP server that is listed by mistake is tried, explained and harmless", async () => {
  const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const [first] = await startCluster(2);
  const node = await startNodeThatKnows([`127.0.0.1:${port}`, first?.cluster.self.address ?? ""]);

  await node.cluster.joined({ withinMs: 10_000 });
  await eventually(() =>
    node.cluster.explain().join.endpoints.find(({ endpoint }) => endpoint.endsWith(`:${port}`)),
  ).toMatchObject({ lastCode: "HANDSHAKE_FAILED", lastAnswered: false });
});
