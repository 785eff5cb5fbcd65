import type { Random } from "../../src/index.js";

/** Mulberry32 (Tommy Ettinger): a reproducible source, good enough for jitter. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The middle of the range: jitter that is symmetric comes out as none. */
export const noJitter: Random = () => 0.5;
