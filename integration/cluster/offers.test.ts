import { describe, expect, it } from "vitest";
import { startNode } from "./support/node.ts";
import { expectUnaffected, startPair } from "./support/pair.ts";
import { offerFrom, WirePeer } from "./support/wire-peer.ts";

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

  it.each(["1.1.1", "1.7.0"])("of the newer version %s is accepted, at the version spoken here", async (protocol) => {
    const node = await startNode();
    const peer = await WirePeer.connect(node);

    expect(await peer.offer({}, { protocol })).toMatchObject({ rollcall: "accept", protocol: "1.1.0" });
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
