import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeHandshake,
  encodeHandshake,
  type HandshakeMessage,
  MAX_HANDSHAKE_FRAME_BYTES,
  REJECTION_CODES,
  type RejectionCode,
} from "../../src/handshake/handshake-message.js";
import { UniqueNode } from "../../src/node.js";
import { RUNS } from "../support/arbitraries.js";

const anyId = fc.stringMatching(/^[0-9a-f]{16}$/);
const anyNode = fc
  .tuple(fc.stringMatching(/^[a-z0-9._-]{1,64}$/), fc.constantFrom("10.0.0.1", "fd00::1", "node.example"), anyId)
  .chain(([system, host, id]) =>
    fc.integer({ min: 1, max: 65_535 }).map((port) => new UniqueNode(system, host, port, id)),
  );
const anySpeaker = fc.record({
  nodeId: anyId,
  side: fc.record({ lowest: anyNode, members: fc.nat() }),
});
const part = fc.integer({ min: 0, max: 999 });
const protocol = fc.record({ major: part, minor: part, patch: part });

const aboutItself = {
  metadata: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 5 }),
};
const someBytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));

const anyMessage: fc.Arbitrary<HandshakeMessage> = fc.oneof(
  fc.record({
    kind: fc.constant("offer" as const),
    protocol,
    from: anyNode,
    targetId: fc.option(anyId, { nil: undefined }),
    ...aboutItself,
  }),
  fc.record({
    kind: fc.constant("accept" as const),
    protocol,
    from: anyNode,
    existing: fc.constantFrom("none" as const, "begun" as const, "open" as const),
    ...aboutItself,
  }),
  fc.record({ kind: fc.constant("confirm" as const), use: fc.boolean() }),
  fc.record({ kind: fc.constant("sealed" as const), nonce: someBytes, body: someBytes, proof: someBytes }),
  fc.record({
    kind: fc.constant("reject" as const),
    code: fc.constantFrom(...(Object.keys(REJECTION_CODES) as RejectionCode[])),
    reason: fc.string({ maxLength: 300 }),
  }),
  fc.record({
    kind: fc.constant("reject" as const),
    code: fc.constant("TOMBSTONED" as const),
    reason: fc.constant("no"),
    by: anySpeaker,
  }),
);

const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const from = { system: "test", host: "10.0.0.1", port: 7337, id: "0000000000000001" };
const offer = { rollcall: "offer", protocol: "1.0.0", from };
const sealed = { rollcall: "sealed", scheme: 1, nonce: "", body: "", proof: "" };
const accept = { rollcall: "accept", protocol: "1.0.0", from, existing: "none" };

describe("a handshake message", () => {
  it("reads as it was written", () => {
    const property = fc.property(anyMessage, (message) => {
      expect(decodeHandshake(encodeHandshake(message))).toEqual(message);
    });
    fc.assert(property, RUNS);
  });

  it("is JSON that says what it is, so that any version can read a refusal", () => {
    const refusal = encodeHandshake({ kind: "reject", code: "WRONG_SYSTEM", reason: "no" });
    expect(JSON.parse(Buffer.from(refusal).toString())).toEqual({
      rollcall: "reject",
      code: "WRONG_SYSTEM",
      reason: "no",
    });
  });

  it("fits into the largest frame before the handshake, with the longest names there can be, also sealed", () => {
    const label = "a".repeat(63);
    const host = [label, label, label, "a".repeat(61)].join(".");
    const longest = new UniqueNode("s".repeat(64), host, 65_535, "f".repeat(16));
    const version = { major: 99_999, minor: 99_999, patch: 99_999 };
    const metadata = { m: "m".repeat(1_024 - 8) };
    const frame = encodeHandshake({ kind: "offer", protocol: version, from: longest, targetId: longest.id, metadata });
    expect(frame.length).toBeLessThan(MAX_HANDSHAKE_FRAME_BYTES / 2);
    expect(decodeHandshake(frame)).toMatchObject({ from: longest, metadata });
    const [nonce, proof] = [new Uint8Array(32), new Uint8Array(32)];
    const sealed = encodeHandshake({ kind: "sealed", nonce, body: frame, proof });
    expect(decodeHandshake(sealed)).toMatchObject({ kind: "sealed" });
  });

  it("may have fields that this version does not know", () => {
    expect(decodeHandshake(bytes({ ...offer, since: "2.0" }))).toMatchObject({ kind: "offer" });
  });

  it.each(["1e999", "-1", "0.5", '"3"', "null"])("is by nobody when the size of the cluster is %s", (members) => {
    const by = `{"nodeId":"${from.id}","lowest":${JSON.stringify(from)},"members":${members}}`;
    const decoded = decodeHandshake(Buffer.from(`{"rollcall":"reject","code":"TOMBSTONED","reason":"no","by":${by}}`));
    expect(decoded).toEqual({ kind: "reject", code: "TOMBSTONED", reason: "no" });
  });

  it("has a reason of bounded length, whatever the peer says", () => {
    const decoded = decodeHandshake(bytes({ rollcall: "reject", code: "SELF", reason: "x".repeat(3_000) }));
    expect(decoded).toMatchObject({ kind: "reject", reason: "x".repeat(1_000) });
  });
});

it("a reason does nothing to a terminal on which it is shown", () => {
  const decoded = decodeHandshake(bytes({ rollcall: "reject", code: "SELF", reason: "a\u001b[2J\r\nb\u009b1mc" }));
  expect(decoded).toMatchObject({ reason: "a [2J b 1mc" });
});

describe("bytes that are no handshake message", () => {
  it.each([
    ["nothing", ""],
    ["no JSON", "GET / HTTP/1.1\r\n\r\n"],
    ["JSON null", null],
    ["a number", 1],
    ["an array", []],
    ["no kind", { protocol: "1.0.0", from }],
    ["an unknown kind", { ...offer, rollcall: "hello" }],
    ["an inherited kind", { ...offer, rollcall: "constructor" }],
    ["an offer without a protocol", { rollcall: "offer", from }],
    ["an offer with half a protocol", { ...offer, protocol: "1.0" }],
    ["an offer from nobody", { rollcall: "offer", protocol: "1.0.0" }],
    ["an offer from a bad system", { ...offer, from: { ...from, system: "no name" } }],
    ["an offer from a bad host", { ...offer, from: { ...from, host: "-" } }],
    ["an offer from port 0", { ...offer, from: { ...from, port: 0 } }],
    ["an offer from a bad id", { ...offer, from: { ...from, id: "1" } }],
    ["an offer for a target that is no text", { ...offer, targetId: 1 }],
    ["an offer with metadata that are no object", { ...offer, metadata: "zone" }],
    ["an offer with metadata that are a list", { ...offer, metadata: ["zone"] }],
    ["an offer with metadata that are no texts", { ...offer, metadata: { zone: { name: "a" } } }],
    ["an offer with more metadata than fit", { ...offer, metadata: { zone: "x".repeat(1_024) } }],
    ["an accept that does not say what exists", { ...accept, existing: undefined }],
    ["an accept that says something else", { ...accept, existing: true }],
    ["an accept from nobody", { ...accept, from: null }],
    ["a confirm that does not say which", { rollcall: "confirm", use: 1 }],
    ["a reject without a known code", { rollcall: "reject", code: "BECAUSE", reason: "" }],
    ["a reject with an inherited code", { rollcall: "reject", code: "toString", reason: "" }],
    ["a reject without a code", { rollcall: "reject", reason: "" }],
    ["something sealed in a way of the future", { ...sealed, scheme: 2 }],
    ["something sealed without a nonce", { ...sealed, nonce: undefined }],
    ["something sealed with nothing in it", { ...sealed, body: 1 }],
    ["something sealed and not proven", { ...sealed, proof: null }],
    ["an offer that is too large", { ...offer, padding: "x".repeat(MAX_HANDSHAKE_FRAME_BYTES) }],
  ])("are not read: %s", (_, value) => {
    expect(decodeHandshake(bytes(value))).toBeUndefined();
  });

  it("are not read, and never thrown about, whatever they are", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      expect(decodeHandshake(garbage)).toBeUndefined();
    });
    fc.assert(property, RUNS);
  });

  it("are read as a whole message or not at all, when they once were one and were changed", () => {
    const property = fc.property(anyMessage, fc.nat(), fc.nat(255), (message, at, value) => {
      const frame = Buffer.from(encodeHandshake(message));
      frame[at % frame.length] = value;
      const decoded = decodeHandshake(frame);
      if (decoded !== undefined) expect(decodeHandshake(encodeHandshake(decoded))).toEqual(decoded);
    });
    fc.assert(property, { ...RUNS, numRuns: 1_000 });
  });
});
