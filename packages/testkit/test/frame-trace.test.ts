import { describe, expect, it } from "vitest";
import { FrameTrace } from "../src/frame-trace.js";

type Frame = readonly [at: number, from: string, to: string, text: string];

const traceOf = (...frames: Frame[]) => {
  const trace = new FrameTrace();
  for (const [at, from, to, text] of frames) trace.add(at, from, to, Buffer.from(text));
  return trace.digest;
};

describe("the trace of a run", () => {
  it("is the same for the same frames", () => {
    const frames: Frame[] = [
      [1, "a", "b", "hello"],
      [2.5, "b", "a", ""],
    ];
    expect(traceOf(...frames)).toBe(traceOf(...frames));
    expect(traceOf(...frames)).toMatch(/^[0-9a-f]{16}$/);
  });

  it("differs by when, from whom, to whom, what and in which order", () => {
    const digests = [
      traceOf(),
      traceOf([1, "a", "b", "hello"]),
      traceOf([1.000_000_000_1, "a", "b", "hello"]),
      traceOf([1, "c", "b", "hello"]),
      traceOf([1, "a", "c", "hello"]),
      traceOf([1, "ab", "", "hello"]),
      traceOf([1, "a", "b", "hellp"]),
      traceOf([1, "a", "b", "hel"]),
      traceOf([1, "a", "b", "hello"], [2, "a", "b", "x"]),
      traceOf([2, "a", "b", "x"], [1, "a", "b", "hello"]),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
