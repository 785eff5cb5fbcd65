/** A source of randomness: each call gives a number in [0, 1). Injected, so that a run can be a function of its seed. */
export type Random = () => number;

/** The process's own source; not reproducible, not for secrets. */
export const systemRandom: Random = Math.random;

/** A copy in random order (Fisher–Yates; Knuth, TAOCP vol. 2, algorithm 3.4.2P). */
export function shuffled<T>(items: Iterable<T>, random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const item = result[last] as T;
    result[last] = result[other] as T;
    result[other] = item;
  }
  return result;
}
