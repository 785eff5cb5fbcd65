import type { Counters } from "./counters.ts";
import type { Target } from "./target.ts";

/** Of inputs, few and short ones that together run everything that all run. */
export async function smallest(
  target: Target,
  counters: Counters,
  inputs: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const chosen: Uint8Array[] = [];
  const outcomes = new Set<string>();
  for (const input of [...inputs].sort((one, other) => one.length - other.length)) {
    const outcome = await target.run(Buffer.from(input));
    const isNew = counters.isNew();
    if (!isNew && outcomes.has(outcome)) continue;
    outcomes.add(outcome);
    chosen.push(input);
  }
  return chosen;
}
