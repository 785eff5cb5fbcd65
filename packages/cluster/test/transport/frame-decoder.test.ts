import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameDecoder, frameHeader } from "../../src/transport/frame-decoder.js";
import { RUNS } from "../support/arbitraries.js";

const framed = (frame: Uint8Array) => Buffer.concat([frameHeader(frame.length), frame]);

/** What is decoded, as copies: a frame's bytes may be a part of what was read. */
function decode(decoder: FrameDecoder, ...chunks: Buffer[]) {
  const frames: Buffer[] = [];
  let oversized: number | undefined;
  for (const chunk of chunks) {
    oversized ??= decoder.push(chunk, (frame) => {
      frames.push(Buffer.from(frame));
      return true;
    });
  }
  return { frames, oversized };
}

describe("a frame decoder", () => {
  it("gives the frames that were sent, in order, however the stream is cut into pieces", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
    const property = fc.property(frames, fc.array(fc.nat(300), { maxLength: 30 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(framed));
      const at = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
      const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end));
      const { frames: received, oversized } = decode(new FrameDecoder(40), ...chunks);
      expect(oversized).toBeUndefined();
      expect(received.map((frame) => [...frame])).toEqual(sent.map((frame) => [...frame]));
    });
    fc.assert(property, RUNS);
  });

  it("gives the frames that were sent, byte by byte", () => {
    const stream = Buffer.concat([framed(Buffer.from("one")), framed(Buffer.from("")), framed(Buffer.from("three"))]);
    const { frames } = decode(new FrameDecoder(100), ...[...stream].map((byte) => Buffer.from([byte])));
    expect(frames.map(String)).toEqual(["one", "", "three"]);
  });

  it("takes a frame of exactly the limit and none that is one byte larger", () => {
    expect(decode(new FrameDecoder(5), framed(Buffer.from("12345")))).toEqual({
      frames: [Buffer.from("12345")],
      oversized: undefined,
    });
    expect(decode(new FrameDecoder(5), framed(Buffer.from("123456")))).toEqual({ frames: [], oversized: 6 });
  });

  it("refuses a length beyond the limit before anything of the frame is there", () => {
    expect(decode(new FrameDecoder(1_000), Buffer.from([0xff, 0xff, 0xff, 0xff])).oversized).toBe(0xffffffff);
  });

  it("gives what came before a frame that is too large", () => {
    const { frames, oversized } = decode(
      new FrameDecoder(5),
      Buffer.concat([framed(Buffer.from("ok")), frameHeader(6)]),
    );
    expect([frames.map(String), oversized]).toEqual([["ok"], 6]);
  });

  it("keeps to the limit that was set while a frame was handled", () => {
    const decoder = new FrameDecoder(5);
    const seen: string[] = [];
    const oversized = decoder.push(
      Buffer.concat(["12345", "1234567890"].map((text) => framed(Buffer.from(text)))),
      (frame) => {
        seen.push(String(Buffer.from(frame)));
        decoder.limit = 10;
        return true;
      },
    );
    expect([seen, oversized]).toEqual([["12345", "1234567890"], undefined]);
  });

  it("stops where it is told to", () => {
    const seen: string[] = [];
    const decoder = new FrameDecoder(100);
    decoder.push(Buffer.concat(["one", "two"].map((text) => framed(Buffer.from(text)))), (frame) => {
      seen.push(String(Buffer.from(frame)));
      return false;
    });
    expect(seen).toEqual(["one"]);
  });

  it("reads a large frame that comes in many pieces in time linear in its size", () => {
    const frame = Buffer.alloc(8 * 1_024 * 1_024, 7);
    const stream = framed(frame);
    const chunks = Array.from({ length: stream.length / 1_024 }, (_, at) =>
      stream.subarray(at * 1_024, (at + 1) * 1_024),
    );
    chunks.push(stream.subarray(chunks.length * 1_024));
    const begun = performance.now();
    expect(decode(new FrameDecoder(frame.length), ...chunks).frames[0]?.equals(frame)).toBe(true);
    // Joining the pieces at each step would take 32 GiB of copying.
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
