/**
 * Leaves out of a list what is not needed for it to fail: halves first, then smaller and smaller parts (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002, the complements of ddmin).
 *
 * @param stillFails is called with ever shorter lists, `attempts` times at most
 * @returns the shortest list found that fails
 */
export async function shrink<T>(
  items: readonly T[],
  attempts: number,
  stillFails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  let left = attempts;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let removedSome = false;
    for (let at = 0; at < kept.length && left > 0; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      left--;
      if (await stillFails(without)) {
        kept = without;
        removedSome = true;
      } else {
        at += size;
      }
    }
    if (left === 0) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!removedSome) break;
  }
  return kept;
}
