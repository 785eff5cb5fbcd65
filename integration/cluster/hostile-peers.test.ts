import { once } from "node:events";
import type { ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";
import { frame, header, offerFrom, QUESTION, WirePeer } from "./support/wire-peer.ts";

const MAX_FRAME_BYTES = 64 * 1_024;

/** Two members, and a peer that has shaken hands with the first. */
async function startScene() {
  const first = await startNode(({ association }) => {
    association.maxFrameBytes = MAX_FRAME_BYTES;
    association.maxUnsentBytes = 4_096;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  const systems = [first, second] as const;
  await everybodyUp(systems);
  const peer = await WirePeer.connect(first);
  await peer.associate();
  return { first, systems, peer };
}

async function expectUnaffected(systems: readonly ClusterSystem[]): Promise<void> {
  const [first] = systems as [ClusterSystem];
  const newcomer = await startNodeThatKnows([first.cluster.self.address]);
  const all = [...systems, newcomer];
  await everybodyUp(all);
  for (const { cluster } of all) expect(cluster.membership.withStatus("up")).toHaveLength(all.length);
}

describe("a peer that talks nonsense after the handshake", () => {
  const entry = (hex: string) => Buffer.from(`930091${hex}c3`, "hex");
  it.each([
    ["an empty frame", Buffer.alloc(0)],
    ["bytes at random", Buffer.from("c1ff00deadbeef", "hex")],
    ["another handshake", Buffer.from(JSON.stringify(offerFrom()))],
    ["a message of a kind that there is none of", Buffer.from("9109", "hex")],
    ["a number", Buffer.from("07", "hex")],
    ["a digest without numbers", Buffer.from("9401c0c002", "hex")],
    ["a digest with half the bytes", QUESTION.subarray(0, 6)],
    ["a summary of seven bytes", Buffer.from("9202c40700000000000000", "hex")],
    ["entries that are no list", Buffer.from("930005c3", "hex")],
    ["an entry that is no list", entry("05")],
    ["an entry of nobody", entry("95c0c0c00000")],
    ["an entry with a status that there is none of", entry("95b03030303030303030646561646265656601610909ff")],
    ["a thousand lists in each other", Buffer.alloc(60_000, 0x91)],
    ["a list that claims four billion elements", Buffer.from("ddffffffff", "hex")],
    ["a map with a dangerous key", Buffer.from("81a95f5f70726f746f5f5f81a16101", "hex")],
  ])("has it counted and is kept: %s", async (_, content) => {
    const { first, systems, peer } = await startScene();
    peer.send(content);
    await peer.answered();

    const { dropped, associations } = first.cluster.explain();
    expect(dropped.undecodableFrames).toBe(1);
    expect(associations.open).toBe(2);
    await expectUnaffected(systems);
  });

  it("has it counted also when it comes right behind the confirmation", async () => {
    const { first, systems } = await startScene();
    const hasty = await WirePeer.connect(first);
    const garbage = Buffer.alloc(20_000, 0xc1);
    const confirmation = { rollcall: "confirm", use: true };
    hasty.write(Buffer.concat([frame(offerFrom({ id: "00000000cafecafe" })), frame(confirmation), frame(garbage)]));
    await hasty.receiveJson();
    await hasty.answered();

    expect(first.cluster.explain().dropped.undecodableFrames).toBe(1);
    await expectUnaffected(systems);
  });
});

describe("a peer that breaks the framing after the handshake", () => {
  it("may send a frame of the largest size", async () => {
    const { first, peer } = await startScene();
    peer.send(Buffer.alloc(MAX_FRAME_BYTES, 0xc1));
    await peer.answered();

    expect(first.cluster.explain().dropped.undecodableFrames).toBe(1);
  });

  it("is cut off when it announces one byte more", async () => {
    const { systems, peer } = await startScene();
    peer.write(header(MAX_FRAME_BYTES + 1));

    await peer.closed;

    await expectUnaffected(systems);
  });

  it("costs nothing when it hangs up in the middle of a frame", async () => {
    const { first, systems, peer } = await startScene();
    peer.write(header(1_000));
    peer.write(Buffer.alloc(500));
    peer.socket.end();

    await peer.closed;

    expect(first.cluster.explain().dropped.undecodableFrames).toBe(0);
    await expectUnaffected(systems);
  });
});

it("a peer that asks and does not read makes the node drop answers, not keep them", async () => {
  const { first, systems, peer } = await startScene();
  const questions = Buffer.concat(Array.from({ length: 1_000 }, () => frame(QUESTION)));
  peer.socket.pause();

  // The buffers of the operating system have to be full first; how much they hold is its secret.
  while (first.cluster.explain().associations.droppedFrames === 0) {
    if (!peer.socket.write(questions)) await once(peer.socket, "drain");
  }

  await expectUnaffected(systems);
});
