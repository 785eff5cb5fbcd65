import { Worker } from "node:worker_threads";
import { Slate } from "./slate.ts";
import type { Assignment, Result } from "./work.ts";

const LOOK_EVERY_MS = 250;
const HANGS_AFTER_MS = 30_000;
/** For what is left to do when a search is ended early. */
const GRACE_MS = 3_000;
/** What a decoder of 8 KiB may take in all, in megabytes. */
const MOST_MEMORY_MB = 1_024;

export interface WatchOptions extends Omit<Assignment, "slate"> {
  /** After which time to end, in milliseconds; undefined to go on until the runs are done. */
  readonly forMs: number | undefined;
  /**
   * An input that takes so long never ends, in milliseconds; a machine that has much else to do is not as slow as that.
   * Default: 30 000.
   */
  readonly hangsAfterMs?: number;
  /** Ends the search early, with what it has. */
  readonly signal: AbortSignal;
  /** Called four times a second. */
  readonly onLook: (runs: number, kept: number, ms: number) => void;
}

/**
 * Runs a bundled search in a thread of its own, and ends it when it is time. An input at which the thread hangs, dies or
 * runs out of memory is a finding as well.
 */
export function watch(program: string, options: WatchOptions): Promise<Result> {
  const { forMs, hangsAfterMs = HANGS_AFTER_MS, signal, onLook, ...assignment } = options;
  const slate = new Slate();
  const begun = performance.now();
  const worker = new Worker(program, {
    workerData: { ...assignment, slate: slate.buffer } satisfies Assignment,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  });
  let resolve: (result: Result) => void = () => {};
  const promise = new Promise<Result>((settle) => {
    resolve = settle;
  });
  const give = (finding?: Result["finding"]) => {
    const { runs } = slate;
    resolve({ runs, slowestMs: 0, outcomes: new Map(), covered: [], kept: [], ...(finding && { finding }) });
  };
  const broken = (error: string) => give({ input: slate.input, error });
  let last = { runs: 0, at: begun };
  let stoppedAt: number | undefined;
  const look = setInterval(() => {
    const now = performance.now();
    const { runs } = slate;
    onLook(runs, slate.kept, now - begun);
    if (runs !== last.runs) last = { runs, at: now };
    else if (runs > 0 && now - last.at > hangsAfterMs) broken(`It has not ended for ${hangsAfterMs / 1_000} s.`);
    if (forMs !== undefined && now - begun >= forMs) slate.stop();
    if (signal.aborted) stoppedAt ??= now;
    if (stoppedAt !== undefined && now - stoppedAt > GRACE_MS) give();
  }, LOOK_EVERY_MS);
  const stop = () => slate.stop();
  signal.addEventListener("abort", stop);
  worker.on("message", resolve);
  worker.on("error", (error) => broken(error.stack ?? String(error)));
  worker.on("exit", (code) => broken(`The thread ended with ${code}.`));
  return promise.finally(async () => {
    clearInterval(look);
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  });
}
