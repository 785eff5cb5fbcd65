import { type Ack, type Ping, readSwimMessage, SWIM_LIMITS, type SwimMessage } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { encodeDetectorMessage } from "../../src/failure/detector-codec.js";
import { decodeProbe, encodeProbe, isProbe, isProbeFrame } from "../../src/failure/probe-codec.js";
import { encodeGossip } from "../../src/gossip/gossip-codec.js";
import { type Digest, EMPTY_DIGEST, hashText } from "../../src/membership/digest.js";
import { node } from "../support/nodes.js";

/** As the table makes them, with halves of either sign. */
const DIGESTS = ["a", "b", "c", "d", "e", "f", "g"].map(hashText);
const DIGEST = DIGESTS[0] as Digest;
const MOST = SWIM_LIMITS.number;
const PROBES: Readonly<Record<string, Ping | Ack>> = {
  ping: [0, 17, 3, 2, 1, []],
  "ping with the largest numbers": [0, MOST, MOST, MOST, 2, []],
  ack: [1, 17, 3, []],
  "ack with the largest numbers": [1, MOST, MOST, []],
};

describe("a ping or an ack without news, as bytes", () => {
  it.each(Object.entries(PROBES))("reads back as it was: %s", (_, message) => {
    const frame = encodeProbe(message, DIGEST);
    expect([isProbe(message), isProbeFrame(frame)]).toEqual([true, true]);
    const probe = decodeProbe(frame);
    expect(readSwimMessage(probe.message)).toEqual(message);
    expect(probe.digest).toEqual(message[0] === 0 ? DIGEST : undefined);
  });

  it.each(DIGESTS)("brings the sender's digest as it was: %j", (digest) => {
    expect(decodeProbe(encodeProbe(PROBES.ping as Ping, digest)).digest).toEqual(digest);
  });

  it("has always the same size", () => {
    const size = (message: Ping | Ack) => encodeProbe(message, DIGEST).length;
    expect(Object.values(PROBES).map(size)).toEqual([22, 22, 9, 9]);
  });

  it("reads back from the middle of a larger buffer, with what later versions may add", () => {
    const frame = encodeProbe(PROBES.ping as Ping, DIGEST);
    const buffer = new Uint8Array(frame.length + 20).fill(0xff);
    buffer.set(frame, 7);
    expect(decodeProbe(buffer.subarray(7, 7 + frame.length + 5))).toEqual({ message: PROBES.ping, digest: DIGEST });
  });

  it("is not taken for anything else, nor anything else for it", () => {
    const others = [
      encodeDetectorMessage([1, 17, 3, [[node(1).id, 4, 0]]]),
      encodeGossip({ kind: "digest", digest: EMPTY_DIGEST, answer: "always" }),
      new Uint8Array(),
    ];
    expect(others.map(isProbeFrame)).toEqual([false, false, false]);
    const news: SwimMessage[] = [
      [0, 17, 3, 2, 1, [[node(1).id, 4, 0]]],
      [1, 17, 3, [[node(1).id, 4, 0]]],
      [4, 17, 0, []],
      [5, []],
    ];
    expect(news.map(isProbe)).toEqual([false, false, false, false]);
  });

  it.each(Object.entries(PROBES))("is refused if it is cut off: %s", (_, message) => {
    const frame = encodeProbe(message, DIGEST);
    for (let length = 1; length < frame.length; length++) {
      expect(() => decodeProbe(frame.subarray(0, length))).toThrow("cut off");
    }
  });

  it("is left to the detector to refuse if it has no status that there is", () => {
    const frame = encodeProbe(PROBES.ping as Ping, DIGEST);
    frame[13] = 9;
    expect(readSwimMessage(decodeProbe(frame).message)).toBeUndefined();
  });
});
