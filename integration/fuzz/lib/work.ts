import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { seededRandom } from "@rollcall/testkit";
import { Counters, type Covered, type FileCounters } from "./counters.ts";
import { type Finding, Search } from "./search.ts";
import { shorten } from "./shorten.ts";
import { Slate } from "./slate.ts";
import { smallest } from "./smallest.ts";
import type { Target } from "./target.ts";

export interface Assignment {
  readonly slate: SharedArrayBuffer;
  readonly seed: number;
  /** After how many runs to end; undefined to go on until told. */
  readonly runs: number | undefined;
  readonly inputs: readonly Uint8Array[];
  /** Whether to run these and nothing else; otherwise they are what the search begins with, besides the target's own. */
  readonly only: boolean;
}

/** What a search came to. */
export interface Result {
  readonly runs: number;
  readonly slowestMs: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly covered: readonly Covered[];
  readonly kept: readonly Uint8Array[];
  readonly finding?: { readonly input: Uint8Array; readonly error: string };
}

/** How often the event loop gets a turn: rejections that nobody handles are told of there. */
const RUNS_A_TURN = 512;

/** Searches in a thread of its own, and posts a {@link Result}. */
export async function work(target: Target): Promise<void> {
  if (isMainThread) throw new Error("A search runs in a thread of its own.");
  const { slate: buffer, seed, runs, inputs, only } = workerData as Assignment;
  const slate = new Slate(buffer);
  const coverage = (globalThis as { __coverage__?: Record<string, FileCounters> }).__coverage__ ?? {};
  const counters = new Counters(Object.values(coverage));
  const search = new Search({
    target,
    counters,
    random: seededRandom(seed),
    before: (input) => slate.begin(input),
  });
  const most = only ? 0 : (runs ?? Number.POSITIVE_INFINITY);
  let finding = await search.begin(only ? inputs : [new Uint8Array(), ...target.seeds, ...inputs]);
  while (finding === undefined && !slate.stopped && slate.runs < most) {
    finding = await search.step();
    slate.keep(search.kept.length);
    if (slate.runs % RUNS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { runs: done } = slate;
  const { slowestMs, outcomes } = search;
  const shown = finding && (await shortened(target, finding));
  const kept = await smallest(target, new Counters(Object.values(coverage), false), search.kept);
  const result = { runs: done, slowestMs, outcomes, covered: counters.covered(), kept };
  parentPort?.postMessage({ ...result, ...(shown && { finding: shown }) } satisfies Result);
}

async function shortened(target: Target, { input, error }: Finding): Promise<NonNullable<Result["finding"]>> {
  const failure = async (bytes: Uint8Array): Promise<unknown> => {
    try {
      await target.run(Buffer.from(bytes));
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  };
  const place = placeOf(error);
  const shortest = await shorten(input, async (shorter) => placeOf(await failure(shorter)) === place);
  const thrown = (await failure(shortest)) ?? error;
  return { input: shortest, error: thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown) };
}

/** Where an error comes from; its message has parts of the input in it. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^\s+at .*$/m.exec(error.stack ?? "")?.[0] ?? error.message;
}
