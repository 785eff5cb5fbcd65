import { readSwimMessage, type SwimMessage } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { decodeDetectorMessage, encodeDetectorMessage, isDetectorMessage } from "../../src/failure/detector-codec.js";
import { encodeGossip } from "../../src/gossip/gossip-codec.js";
import { EMPTY_DIGEST } from "../../src/membership/digest.js";
import { entry, node } from "../support/nodes.js";

const ID = node(7).id;

const MESSAGES: Readonly<Record<string, SwimMessage>> = {
  ping: [0, 17, 3, 2, 1, [[ID, 4, 1, [node(2).id]]]],
  ack: [1, 17, 3, []],
  "request to ping": [2, 18, ID, 300, 1, []],
  "indirect ack": [3, 18, ID, 4, []],
  nack: [4, 18, 1, []],
  news: [5, [[ID, 4, 0]]],
};

describe("a message of the failure detector as bytes", () => {
  it.each(Object.entries(MESSAGES))("reads back as it was: %s", (_, message) => {
    const frame = encodeDetectorMessage(message);
    expect(isDetectorMessage(frame)).toBe(true);
    expect(readSwimMessage(decodeDetectorMessage(frame))).toEqual(message);
  });

  it("reads back from the middle of a larger buffer", () => {
    const frame = encodeDetectorMessage(MESSAGES.ack as SwimMessage);
    const buffer = new Uint8Array(frame.length + 20).fill(0x22);
    buffer.set(frame, 7);
    expect(decodeDetectorMessage(buffer.subarray(7, 7 + frame.length))).toEqual(MESSAGES.ack);
  });

  it("is not taken for gossip, nor gossip for it", () => {
    const gossip = [
      encodeGossip({ kind: "push", entries: [entry(1, "up", 1)], forward: true, greeting: false }),
      encodeGossip({ kind: "digest", digest: EMPTY_DIGEST, answer: "always" }),
    ];
    expect(gossip.map(isDetectorMessage)).toEqual([false, false]);
    for (const frame of gossip) expect(() => decodeDetectorMessage(frame)).toThrow("failure detector");
  });

  it.each(["", "[", '["swim"', '["other",1]', '{"swim":1}', '"swim"', "null"])("is refused if it is %j", (text) => {
    expect(() => decodeDetectorMessage(Buffer.from(text))).toThrow();
  });
});
