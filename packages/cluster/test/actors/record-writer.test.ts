import { expect, test } from "vitest";
import { RecordReader } from "../../src/actors/wire/record-reader.js";
import { RecordWriter } from "../../src/actors/wire/record-writer.js";

test("what was taken stays as it is, whatever is written after it", () => {
  const writer = new RecordWriter();
  const texts = Array.from({ length: 400 }, (_, index) => String(index).repeat(1 + (index % 90) * (index % 7)));
  const frames = texts.map((text) => {
    writer.text(text);
    return writer.take();
  });
  expect(frames.map((frame) => new RecordReader(frame, 0).text())).toEqual(texts);
});

test("a frame that outgrows the buffer keeps what was written before", () => {
  const writer = new RecordWriter();
  const small = Array.from({ length: 3_000 }, (_, index) => `text ${index}`);
  for (const text of small) writer.text(text);
  writer.text("x".repeat(3_000_000));
  const reader = new RecordReader(writer.take(), 0);
  expect(small.map(() => reader.text())).toEqual(small);
  expect(reader.text()).toHaveLength(3_000_000);
  expect(reader.isAtEnd).toBe(true);
});

test("what one large frame needed is not kept", () => {
  const writer = new RecordWriter();
  writer.text("x".repeat(3_000_000));
  writer.take();
  writer.text("small");
  writer.take();
  expect(writer.bytes.buffer.byteLength).toBeLessThan(300_000);
});
