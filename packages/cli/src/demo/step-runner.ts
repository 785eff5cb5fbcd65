import type { Clock } from "@rollcall/core";
import type { Cast } from "./cast.js";
import type { NodeView } from "./node-view.js";
import type { Goal, Step } from "./step.js";
import type { StoryEvent } from "./telling/story-event.js";

export interface StepRunnerContext {
  readonly cast: Pick<Cast, "casualties" | "complaint" | "until">;
  readonly clock: Clock;
  /** How many steps there will be. */
  readonly steps: number;
  /** How long each may take. */
  readonly stepTimeoutMs: number;
  /** @param at when it was, if not now */
  readonly tell: (event: StoryEvent, at?: number) => void;
}

/** Goes through the steps of the demonstration and says how each ended. */
export class StepRunner {
  readonly #context: StepRunnerContext;
  #begun = 0;
  #done = 0;

  constructor(context: StepRunnerContext) {
    this.#context = context;
  }

  /** How many steps are done. */
  get done(): number {
    return this.#done;
  }

  /**
   * A step fails when its time is up, and as soon as a process ends that should not have.
   *
   * @returns whether it was done; if not, it failed or the signal aborted
   */
  async run({ title, act, goals }: Step, signal?: AbortSignal): Promise<boolean> {
    const { cast, clock, steps, stepTimeoutMs, tell } = this.#context;
    const step = ++this.#begun;
    const startedAt = clock.now();
    const lostBefore = new Set(cast.casualties);
    const lost = () => cast.casualties.filter((view) => !lostBefore.has(view));
    act?.();
    // Somebody may have answered already, on a busy machine, and that comes after the title.
    tell({ event: "step", step, of: steps, title: title() }, startedAt);

    const reached = new Set<Goal>();
    const look = () => {
      for (const goal of goals) {
        if (reached.has(goal) || goal.missing().length > 0) continue;
        reached.add(goal);
        tell({ event: "goal", step, goal: goal.text() });
      }
      // What held once may not hold any more.
      return lost().length > 0 || goals.every(({ missing }) => missing().length === 0);
    };
    await cast.until(look, stepTimeoutMs, signal);

    const tookMs = clock.now() - startedAt;
    const obituaries = lost().map((view) => obituary(view, cast.complaint(view)));
    const missing = [...obituaries, ...goals.flatMap((goal) => goal.missing())];
    if (missing.length === 0) {
      this.#done++;
      tell({ event: "step-done", step, tookMs });
    } else if (!signal?.aborted) {
      tell({ event: "step-failed", step, title: title(), afterMs: tookMs, missing });
    }
    return missing.length === 0;
  }
}

function obituary(view: NodeView, complaint: string): string {
  return `${view.name} ${howItEnded(view)}${complaint === "" ? "" : `; it wrote: ${complaint}`}`;
}

function howItEnded({ pid, failure, exit, ended }: NodeView): string {
  if (failure !== undefined) return `could not start: ${failure}`;
  if (exit?.signal) return `is gone: process ${pid} was ended by ${exit.signal}`;
  if (exit && exit.code !== 0) return `is gone: process ${pid} ended with code ${exit.code}`;
  return `is gone, although nobody had told it to leave (${ended ?? "without a word"})`;
}
