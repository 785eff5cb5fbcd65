import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deframer, frame } from "../src/grpc/framing.js";

describe("the frames of gRPC", () => {
  it("give the messages that were put in, however the stream is cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (wanted, cuts) => {
        const stream = Buffer.concat(wanted.map(frame));
        const deframer = new Deframer();
        const got: number[][] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const end = at + (cuts[turn % cuts.length] as number);
          for (const message of deframer.take(stream.subarray(at, end))) got.push([...message]);
          at = end;
        }
        expect(got).toEqual(wanted.map((message) => [...message]));
      }),
    );
  });

  it.each([
    ["compressed, which nobody asked for", "0100000001ff"],
    ["too long to be true", "00ffffffff"],
    ["the beginning of a page of HTML", "3c21444f4354"],
  ])("are refused when they are %s", (_, hex) => {
    expect(() => [...new Deframer().take(Buffer.from(hex, "hex"))]).toThrow(RangeError);
  });
});
