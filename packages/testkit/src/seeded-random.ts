import type { Random } from "@rollcall/core";

/**
 * Random numbers that are a function of the seed (sfc32; Doty-Humphrey, PractRand; seeded by splitmix32). Not for
 * secrets.
 *
 * @param seed a text gives a source of its own to each of several that share a number: `7 latency`, `7 node 3`
 */
export function seededRandom(seed: number | string): Random {
  let state = typeof seed === "number" ? seed | 0 : hash(seed);
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [a, b, c, counter] = [word(), word(), word(), 1];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let result = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) result = Math.imul(result ^ text.charCodeAt(at), 0x01000193);
  return result;
}

/** A node id made of random numbers: 16 hexadecimal digits. */
export function randomNodeId(random: Random): string {
  const half = () =>
    Math.floor(random() * 4294967296)
      .toString(16)
      .padStart(8, "0");
  return half() + half();
}

/** What a node draws for one handshake, made of random numbers: 32 bytes. */
export function randomNonce(random: Random): Uint8Array {
  return Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256));
}
