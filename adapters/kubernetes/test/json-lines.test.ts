import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineReader } from "../src/api/json-lines.js";

/** The text in pieces that end after so many bytes, again and again. */
function pieces(text: string, sizes: readonly number[]): Uint8Array[] {
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let start = 0, index = 0; start < bytes.length; index++) {
    const size = sizes[index % sizes.length] as number;
    parts.push(bytes.subarray(start, start + size));
    start += size;
  }
  return parts;
}

describe("lines of JSON", () => {
  it("are whole however they are split and joined on their way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.json({ stringUnit: "grapheme" }), { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
        fc.constantFrom("\n", "\r\n", "\n\n"),
        (values, sizes, end) => {
          const reader = new LineReader(1_000_000);
          const text = values.map((value) => value + end).join("");
          expect(pieces(text, sizes).flatMap((piece) => reader.read(piece))).toEqual(
            values.map((value) => value.trim()),
          );
        },
      ),
    );
  });

  it("are not given before they have ended", () => {
    const reader = new LineReader(100);
    expect(reader.read(Buffer.from('{"a":1}'))).toEqual([]);
    expect(reader.read(Buffer.from("\n"))).toEqual(['{"a":1}']);
  });

  it("that do not end are not kept without limit", () => {
    const reader = new LineReader(10);
    reader.read(Buffer.from("12345"));
    expect(() => reader.read(Buffer.from("678901"))).toThrow(/longer than 10 bytes/);
  });
});
