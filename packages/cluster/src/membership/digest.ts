/**
 * A fixed-size fingerprint of a membership: the exclusive or of a 64-bit hash of each member's state, so that it can be
 * kept up to date with every change and does not depend on the order of changes (a set hash; Clarke et al.,
 * "Incremental Multiset Hash Functions", ASIACRYPT 2003, section 5, without the defence against an adversary:
 * only authenticated members contribute).
 */
export interface Digest {
  /** Signed, as all numbers of 32 bits that V8 keeps without an object for each: there are two for every member. */
  readonly high: number;
  readonly low: number;
}

export const EMPTY_DIGEST: Digest = Object.freeze({ high: 0, low: 0 });

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.high === b.high && a.low === b.low;
}

/** Adds a part to a whole, or takes it out again. */
export function combine(whole: Digest, part: Digest): Digest {
  return { high: whole.high ^ part.high, low: whole.low ^ part.low };
}

/** A digest as a key for sets and maps. */
export function digestKey(digest: Digest): string {
  return `${digest.high.toString(16)}:${digest.low.toString(16)}`;
}

/** 64 bits of a text: two FNV-1a hashes from different bases, each finished as MurmurHash3 does (fmix32). */
export function hashText(text: string): Digest {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x01000193) ^ (low >>> 15);
  }
  return { high: finish(high), low: finish(low) };
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
