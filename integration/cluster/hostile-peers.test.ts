import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";
import { expectUnaffected, type Pair } from "./support/pair.ts";
import { frame, header, offerFrom, QUESTION, WirePeer } from "./support/wire-peer.ts";

const MAX_FRAME_BYTES = 64 * 1_024;

/** Two members, and a peer that has shaken hands with the first. */
async function startScene() {
  const first = await startNode(({ association }) => {
    association.maxFrameBytes = MAX_FRAME_BYTES;
    association.maxUnsentBytes = 4_096;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  const systems: Pair = [first, second];
  await everybodyUp(systems);
  const peer = await WirePeer.connect(first);
  await peer.associate();
  return { first, systems, peer };
}

describe("a peer that talks nonsense after the handshake", () => {
  it.each([
    ["an empty frame", ""],
    ["bytes at random", Buffer.from("c1ff00deadbeef", "hex")],
    ["half a message", '[1,"0000000000000000"'],
    ["another handshake", JSON.stringify(offerFrom())],
    ["a message of a kind that there is none of", "[9]"],
    ["a message whose kind is a word", '["constructor"]'],
    ["a number", "7"],
    ["nothing", "null"],
    ["a digest of nothing", "[1,null,2]"],
    ["a digest of half the length", '[1,"00000000",2]'],
    ["a digest that is no number", '[1,"zzzzzzzzzzzzzzzz",2]'],
    ["a digest with an unknown wish", '[1,"0000000000000000",7]'],
    ["a summary of seven digits", '[2,"0000000"]'],
    ["entries that are no list", "[0,5,1,0]"],
    ["an entry that is no list", "[0,[5],1,0]"],
    ["an entry of nobody", "[0,[[null,null,null,0,0]],1,0]"],
    ["an entry at an impossible host", '[0,[["00000000deadbeef","two words",1,0,0]],1,0]'],
    ["an entry with a status that there is none of", '[0,[["00000000deadbeef","10.0.0.1",1,9,0]],1,0]'],
    ["an entry with a negative number", '[0,[["00000000deadbeef","10.0.0.1",1,1,-1]],1,0]'],
    ["thirty thousand lists in each other", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["lists that do not end", "[".repeat(60_000)],
    ["an object with a dangerous key", '{"__proto__":{"kind":"push"}}'],
  ])("has it counted and is kept: %s", async (_, content) => {
    const { first, systems, peer } = await startScene();
    peer.send(Buffer.from(content));
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
