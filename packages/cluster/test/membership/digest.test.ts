import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combine, digestKey, EMPTY_DIGEST, hashText, sameDigest } from "../../src/membership/digest.js";
import { RUNS } from "../support/arbitraries.js";

const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const anyDigest = fc.record({ high: int32, low: int32 });

describe("a digest", () => {
  it("is the same whatever the order in which parts were added", () => {
    const property = fc.property(fc.array(anyDigest), fc.infiniteStream(fc.nat()), (parts, order) => {
      const shuffled = parts.map((part) => ({ part, at: order.next().value })).sort((a, b) => a.at - b.at);
      const added = parts.reduce(combine, EMPTY_DIGEST);
      expect(shuffled.map(({ part }) => part).reduce(combine, EMPTY_DIGEST)).toEqual(added);
    });
    fc.assert(property, RUNS);
  });

  it("is what it was before, once a part is taken out again", () => {
    const property = fc.property(anyDigest, anyDigest, (whole, part) => {
      expect(combine(combine(whole, part), part)).toEqual(whole);
    });
    fc.assert(property, RUNS);
  });

  it("stays within two signed numbers of 32 bits, and makes one key", () => {
    const property = fc.property(anyDigest, anyDigest, (a, b) => {
      const { high, low } = combine(a, b);
      for (const half of [high, low]) expect(half | 0).toBe(half);
      expect(digestKey(a) === digestKey(b)).toBe(sameDigest(a, b));
    });
    fc.assert(property, RUNS);
  });
});

describe("the hash of a text", () => {
  const texts = Array.from(
    { length: 100_000 },
    (_, at) => `${at.toString(16).padStart(16, "0")} 10.0.0.1:7337 1 ${at}`,
  );
  const hashes = texts.map(hashText);

  it("differs for texts that differ", () => {
    expect(new Set(hashes.map(digestKey)).size).toBe(texts.length);
  });

  it("has two halves that are each as good as random: 1.2 collisions are to be expected here", () => {
    for (const half of ["high", "low"] as const) {
      expect(texts.length - new Set(hashes.map((hash) => hash[half])).size).toBeLessThan(10);
    }
  });

  it("has halves that collide independently of each other", () => {
    const mixed = hashes.map(({ high, low }) => (high ^ low) >>> 0);
    expect(texts.length - new Set(mixed).size).toBeLessThan(10);
  });

  it("turns half of the bits over when one character changes", () => {
    let turned = 0;
    for (let at = 0; at + 1 < 2_000; at += 2) {
      const a = hashes[at] as { high: number; low: number };
      const b = hashes[at + 1] as { high: number; low: number };
      for (const bits of [a.high ^ b.high, a.low ^ b.low]) turned += bitCount(bits);
    }
    expect(turned / 1_000).toBeGreaterThan(30);
    expect(turned / 1_000).toBeLessThan(34);
  });
});

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits >>> 0; left > 0; left >>>= 1) count += left & 1;
  return count;
}
