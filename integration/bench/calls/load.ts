import { type Call, order } from "./party.ts";

export interface Load {
  /** How many calls wait for their answers at any time. */
  readonly inFlight: number;
  readonly ms: number;
}

export interface LoadResult {
  readonly calls: number;
  readonly ms: number;
  /** The middle one of the times that calls took, in microseconds; 0 unless they were made one at a time. */
  readonly medianUs: number;
}

/** Between two looks at the clock, which would otherwise be a part of what is measured. */
const CALLS_PER_LOOK = 16;
const MAX_TIMES = 1_000_000;

/** Makes calls for a while, each as soon as the answer to another is there, and checks the answers. */
export async function makeCalls(call: Call, { inFlight, ms }: Load): Promise<LoadResult> {
  if (inFlight === 1) return makeOneAtATime(call, ms);
  let calls = 0;
  let next = 0;
  const begun = performance.now();
  const end = begun + ms;
  const caller = async () => {
    for (let made = 1; made % CALLS_PER_LOOK !== 0 || performance.now() < end; made++) {
      const id = next++;
      check(await call(order(id)), id);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { calls, ms: performance.now() - begun, medianUs: 0 };
}

async function makeOneAtATime(call: Call, ms: number): Promise<LoadResult> {
  const times = new Float64Array(MAX_TIMES);
  const begun = performance.now();
  let now = begun;
  let calls = 0;
  for (; now < begun + ms && calls < MAX_TIMES; calls++) {
    check(await call(order(calls)), calls);
    const answered = performance.now();
    times[calls] = (answered - now) * 1_000;
    now = answered;
  }
  const sorted = times.subarray(0, calls).sort();
  return { calls, ms: now - begun, medianUs: sorted[calls >> 1] as number };
}

function check(answer: number, id: number): void {
  if (answer !== id) throw new Error(`Call ${id} was answered with ${answer}.`);
}
