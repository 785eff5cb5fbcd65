/**
 * How long a suspicion lasts before it becomes a verdict, in milliseconds. It shrinks with every further member that
 * suspects the same one, fast at first (Lifeguard, section IV-B):
 *
 *     max(min, max − (max − min) · log(c + 1) / log(k + 1))
 *
 * Who is alone in suspecting is probably ill himself, and waits the longest.
 *
 * @param confirmations c: how many suspect it besides the first
 * @param wanted k: how many confirmations make it the shortest. Where nobody can confirm, it is the shortest at once.
 */
export function suspicionTimeoutMs(minMs: number, maxMs: number, confirmations: number, wanted: number): number {
  if (confirmations >= wanted) return minMs;
  return maxMs - (maxMs - minMs) * (Math.log(confirmations + 1) / Math.log(wanted + 1));
}
