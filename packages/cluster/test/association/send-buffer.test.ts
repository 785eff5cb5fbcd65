import { describe, expect, it } from "vitest";
import { SendBuffer } from "../../src/association/send-buffer.js";

const frame = (bytes: number) => Buffer.alloc(bytes, bytes);

describe("a send buffer", () => {
  it("gives back what it took, in order, once", () => {
    const buffer = new SendBuffer({ frames: 10, bytes: 100 });
    const frames = [frame(1), frame(2), frame(3)];
    for (const each of frames) expect(buffer.push(each)).toBe(true);
    expect(buffer.length).toBe(3);
    expect(buffer.drain()).toEqual(frames);
    expect([buffer.length, buffer.drain()]).toEqual([0, []]);
  });

  it("refuses frames beyond the number it may hold", () => {
    const buffer = new SendBuffer({ frames: 2, bytes: 100 });
    expect([1, 2, 3].map((bytes) => buffer.push(frame(bytes)))).toEqual([true, true, false]);
    expect(buffer.drain()).toEqual([frame(1), frame(2)]);
  });

  it("refuses a frame that exceeds the bytes it may hold, and still takes one that fits", () => {
    const buffer = new SendBuffer({ frames: 10, bytes: 10 });
    expect([6, 5, 4, 1].map((bytes) => buffer.push(frame(bytes)))).toEqual([true, false, true, false]);
    expect(buffer.drain()).toEqual([frame(6), frame(4)]);
  });

  it("has room again after it was emptied", () => {
    const buffer = new SendBuffer({ frames: 1, bytes: 10 });
    buffer.push(frame(10));
    buffer.drain();
    expect(buffer.push(frame(10))).toBe(true);
  });

  it("that may hold nothing refuses everything", () => {
    expect(new SendBuffer({ frames: 0, bytes: 10 }).push(frame(1))).toBe(false);
  });
});
