/** The shortest part of an input, by leaving out pieces, that still does the same. Tries at most `attempts` times. */
export async function shorten(
  input: Uint8Array,
  doesTheSame: (shorter: Uint8Array) => Promise<boolean>,
  attempts = 2_000,
): Promise<Uint8Array> {
  let shortest = Buffer.from(input);
  let left = attempts;
  for (let size = Math.ceil(shortest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length && left > 0; left--) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (await doesTheSame(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}
