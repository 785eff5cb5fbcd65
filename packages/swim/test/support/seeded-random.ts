/** The same numbers for the same seed (xorshift32; Marsaglia, "Xorshift RNGs", 2003). */
export function seededRandom(seed: number): () => number {
  // Zero would stay zero, and neighbouring seeds should not start alike.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 8; warmUp++) next();
  return next;
}
