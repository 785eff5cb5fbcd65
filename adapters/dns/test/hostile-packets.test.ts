import type { Answer } from "dns-packet";
import { describe, expect, it } from "vitest";
import { readReply } from "../src/resolve/reply.js";
import { decode } from "../src/wire/message.js";
import { a, respond } from "./support/replies.js";

const query = { id: 7, question: { name: "orders.example", type: "A" }, edns: true } as const;
const asked = { id: 7, name: "orders.example", type: "A" };
const question = respond(asked, {});

/** An answer with one record of which everything after the header is given. */
function answerOf(...parts: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.concat([question, Buffer.from(parts.flat())]);
  bytes.writeUInt16BE(1, 6);
  return bytes;
}

const FIXED = [0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 0, 1];
const at = question.length;

describe("a name", () => {
  it.each([
    ["refers to itself", [0xc0, at]],
    ["refers to one that refers back", [1, 120, 0xc0, at]],
    ["refers to what is after the end", [0xff, 0xff]],
    ["is longer than its label says", [0x80, 1]],
    ["does not end", [63, 1, 2, 3]],
  ])("that %s makes the message damaged", (_, name) => {
    expect(decode(answerOf(name, FIXED))?.damage).toBeDefined();
  });

  it("may refer to a name before it", () => {
    const message = decode(answerOf([0xc0, 12], FIXED));
    expect(message).toMatchObject({ answers: [{ name: "orders.example", address: "10.1.0.1" }] });
    expect(message?.damage).toBeUndefined();
  });
});

it("thousands of names that are thousands of pointers long are given up soon", () => {
  const chain = Buffer.alloc(16_000);
  for (let offset = 0; offset < chain.length; offset += 2) chain.writeUInt16BE(0xc000 | (at + 12 + offset - 2), offset);
  chain.writeUInt16BE(0xc00c, 0);
  const record = (name: Buffer, data: Buffer) => {
    const rest = Buffer.from([0, 10, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]);
    return Buffer.concat([name, rest, data]);
  };
  const last = Buffer.from([0xc0 | ((at + 12 + chain.length - 2) >> 8), (at + 12 + chain.length - 2) & 255]);
  const records = [
    record(Buffer.from([0xc0, 12]), chain),
    ...Array.from({ length: 4000 }, () => record(last, Buffer.alloc(0))),
  ];
  const bytes = Buffer.concat([question, ...records]);
  bytes.writeUInt16BE(records.length, 6);
  expect(bytes.length).toBeLessThan(0x1_0000);
  const began = performance.now();
  const message = decode(bytes);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(message?.damage).toContain("too often");
});

it("as many records as fit a message are read", () => {
  const record = Buffer.concat([Buffer.from([0xc0, 12]), Buffer.from(FIXED)]);
  const count = Math.floor((0xffff - question.length) / record.length);
  const bytes = Buffer.concat([question, ...Array.from({ length: count }, () => record)]);
  bytes.writeUInt16BE(count, 6);
  const message = decode(bytes);
  expect(message?.damage).toBeUndefined();
  expect(message?.answers).toHaveLength(count);
});

it("names of the greatest length, referred to from everywhere, are read", () => {
  const label = "x".repeat(61);
  const long = `${label}.${label}.${label}.${label}`;
  const bytes = respond({ ...asked, name: long }, {});
  const record = Buffer.concat([Buffer.from([0xc0, 12]), Buffer.from(FIXED)]);
  const many = Buffer.concat([bytes, ...Array.from({ length: 3000 }, () => record)]);
  many.writeUInt16BE(3000, 6);
  expect(decode(many)?.answers).toHaveLength(3000);
});

it("records of another class than IN are nobody's addresses", () => {
  const bytes = respond(asked, { answers: [{ ...a("orders.example", "10.6.6.6"), class: "CH" } as Answer] });
  const message = decode(bytes);
  expect(message && readReply(message, query)).toMatchObject({ kind: "answer", records: [] });
});

it("bytes after the last record are noticed", () => {
  const bytes = Buffer.concat([respond(asked, { answers: [a("orders.example", "10.1.0.1")] }), Buffer.of(0)]);
  const message = decode(bytes);
  expect(message && readReply(message, query)?.kind).toBe("truncated");
});
