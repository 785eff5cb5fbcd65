import { createHmac } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextOf, seal, sealKeys, unseal } from "../../src/handshake/secret-seal.js";
import { RUNS } from "../support/arbitraries.js";

const keys = sealKeys("correct horse battery staple");
const context = Buffer.from("context");
const message = Buffer.from("a message");
const anyBytes = fc.uint8Array({ maxLength: 100 });

describe("what is sealed", () => {
  it("opens with the same secret, given as text or as bytes, and the same context", () => {
    const property = fc.property(
      anyBytes,
      anyBytes,
      fc.uint8Array({ minLength: 16, maxLength: 64 }),
      (said, about, secret) => {
        const { body, proof } = seal(sealKeys(secret), about, said);
        expect(unseal(sealKeys(secret), about, body, proof)).toEqual(Buffer.from(said));
      },
    );
    fc.assert(property, RUNS);
    const { body, proof } = seal(keys, context, message);
    expect(unseal(sealKeys(Buffer.from("correct horse battery staple")), context, body, proof)).toEqual(message);
  });

  it("does not open with another secret or another context", () => {
    const { body, proof } = seal(keys, context, message);
    expect(unseal(sealKeys("correct horse battery stapler"), context, body, proof)).toBeUndefined();
    expect(unseal(keys, Buffer.from("Context"), body, proof)).toBeUndefined();
  });

  it("does not open when any bit of it was changed, or anything was added or taken away", () => {
    const { body, proof } = seal(keys, context, message);
    for (let bit = 0; bit < (body.length + proof.length) * 8; bit++) {
      const [changedBody, changedProof] = [Buffer.from(body), Buffer.from(proof)];
      const at = bit >> 3;
      const [part, offset] = at < body.length ? [changedBody, at] : [changedProof, at - body.length];
      part[offset] = (part[offset] as number) ^ (1 << (bit & 7));
      expect(unseal(keys, context, changedBody, changedProof)).toBeUndefined();
    }
    expect(unseal(keys, context, body.subarray(1), proof)).toBeUndefined();
    expect(unseal(keys, context, Buffer.concat([body, Buffer.alloc(1)]), proof)).toBeUndefined();
    expect(unseal(keys, context, body, proof.subarray(1))).toBeUndefined();
    expect(unseal(keys, context, body, Buffer.alloc(0))).toBeUndefined();
  });

  it("cannot be read, and is as long as the message", () => {
    const { body } = seal(keys, context, message);
    expect([body.length, Buffer.from(body).includes("message")]).toEqual([message.length, false]);
  });

  it("is proven with HMAC-SHA-256 over context and message, with a key made for nothing else", () => {
    const key = createHmac("sha256", "correct horse battery staple").update("rollcall handshake 1 proof").digest();
    const length = Buffer.from([0, 0, 0, context.length]);
    const expected = createHmac("sha256", key).update(length).update(context).update(message).digest();
    expect(seal(keys, context, message).proof).toEqual(expected);
  });
});

it("keys do not show what they are made of", () => {
  expect(inspect(keys, { depth: 9, showHidden: true })).not.toMatch(/correct|[0-9a-f]{2} [0-9a-f]{2}/);
  expect(JSON.stringify(keys)).toBe('{"proof":{},"encryption":{}}');
});

it("a context tells its parts apart, however they are cut", () => {
  const parts = (...texts: string[]) =>
    Buffer.from(contextOf(...texts.map((text) => Buffer.from(text)))).toString("hex");
  expect(new Set([parts("ab", "c"), parts("a", "bc"), parts("abc"), parts("abc", ""), parts("", "abc")]).size).toBe(5);
});
