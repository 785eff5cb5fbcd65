import { FrameDecoder, frameHeader } from "../../../packages/cluster/src/transport/frame-decoder.js";
import type { Target } from "../lib/target.ts";

/** The limit in units of 16 bytes, how many pieces the stream comes in, the length of each but the last, the stream. */
const input = (limit: number, cuts: readonly number[], ...frames: readonly string[]) =>
  Buffer.concat([
    Buffer.of(limit, cuts.length, ...cuts),
    ...frames.flatMap((frame) => [frameHeader(frame.length), Buffer.from(frame)]),
  ]);

/** What there is in a stream, read the plain way: frames, and the length that exceeds the limit, if one does. */
function readPlainly(stream: Buffer, limit: number): { readonly frames: string[]; readonly tooLong?: number } {
  const frames: string[] = [];
  for (let at = 0; at + 4 <= stream.length; ) {
    const length = stream.readUInt32BE(at);
    if (length > limit) return { frames, tooLong: length };
    if (at + 4 + length > stream.length) break;
    frames.push(stream.toString("latin1", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { frames };
}

export const target: Target = {
  isJson: false,
  words: ["\0\0\0\0", "\0\0\0\u0001", "\0\u0001\0\0", "\x7f\x7f\x7f\x7f"],
  seeds: [
    input(255, [], "one", "", "two"),
    input(4, [1, 2, 1, 9], "one frame", "another"),
    input(1, [3, 3, 3], "longer than sixteen bytes"),
  ],
  run(bytes) {
    const [limit = 0, pieces = 0] = bytes;
    const stream = bytes.subarray(2 + pieces);
    const decoder = new FrameDecoder(16 * limit);
    const frames: string[] = [];
    let tooLong: number | undefined;
    let at = 0;
    for (const size of [...bytes.subarray(2, 2 + pieces), stream.length]) {
      tooLong = decoder.push(stream.subarray(at, at + size), (frame) => {
        frames.push(Buffer.from(frame).toString("latin1"));
        return true;
      });
      if (tooLong !== undefined) break;
      at += size;
    }
    const plainly = readPlainly(stream, 16 * limit);
    if (frames.join("|") !== plainly.frames.join("|")) throw new Error("The frames depend on how the stream is cut.");
    if (tooLong !== plainly.tooLong) throw new Error(`${tooLong} is over the limit, or ${plainly.tooLong}.`);
    if (tooLong !== undefined) return "too long";
    return frames.length === 0 ? "nothing yet" : "frames";
  },
};
