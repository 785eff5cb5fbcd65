import type { Clock } from "@rollcall/core";
import type { Cast } from "./cast.js";
import type { DemoOptions } from "./demo-options.js";
import type { Interruption } from "./interruption.js";
import type { StartOrder } from "./messages.js";
import { StepRunner } from "./step-runner.js";
import { story } from "./story.js";
import type { StoryEvent } from "./telling/story-event.js";

/** How long nodes may take to say why something did not happen. */
const EXPLAIN_LIMIT_MS = 1_000;
/** How long nodes may take to leave a demonstration that failed or was interrupted; then they are ended. */
const LEAVE_LIMIT_MS = 5_000;
const KILL_LIMIT_MS = 2_000;

export interface ShowContext {
  readonly options: DemoOptions;
  readonly cast: Cast;
  readonly clock: Clock;
  readonly interruption: Pick<Interruption, "signal" | "exitCode">;
  /** @param at when it was, if not now */
  readonly tell: (event: StoryEvent, at?: number) => void;
}

/** The demonstration from the first process to the last. */
export class Show {
  readonly #context: ShowContext;

  constructor(context: ShowContext) {
    this.#context = context;
  }

  /**
   * @param start what every process is told
   * @returns the exit code; no process is left unless it could not even be killed
   */
  async play(start: StartOrder): Promise<number> {
    const { options, cast, clock, interruption, tell } = this.#context;
    const { signal } = interruption;
    const { life, farewell } = story(cast, options.nodes, start);
    const steps = life.length + 1;
    const runner = new StepRunner({ cast, clock, steps, stepTimeoutMs: options.stepTimeoutMs, tell });
    const play = async () => {
      for (const step of life) if (!(await runner.run(step, signal))) return false;
      if (options.keep) await this.#stayUp();
      return runner.run(farewell);
    };

    const ok = await play();
    const interrupted = !ok && signal.aborted;
    if (interrupted) tell({ event: "note", text: "Interrupted; everybody is shut down." });
    else if (!ok) await this.#askWhy();
    await this.#clear();
    tell({ event: "summary", ok, stepsDone: runner.done, steps, tookMs: clock.now() });
    if (interrupted) return interruption.exitCode;
    return ok ? 0 : 1;
  }

  async #stayUp(): Promise<void> {
    const { cast, interruption, tell } = this.#context;
    const pids = cast.alive.map(({ name, pid }) => `${name} is process ${pid}`).join(", ");
    const hint =
      "They stay up until you press Ctrl-C. Meanwhile, make one leave with kill PID, or crash it with kill -9 PID";
    tell({ event: "note", text: `${hint}: ${pids}.` });
    await cast.until(() => cast.alive.length === 0, Number.POSITIVE_INFINITY, interruption.signal);
  }

  async #askWhy(): Promise<void> {
    const { cast, tell } = this.#context;
    const asked = cast.alive;
    for (const view of asked) {
      view.explanation = undefined;
      cast.order(view, { kind: "explain" });
    }
    const silent = () => asked.filter((view) => view.isAlive && view.explanation === undefined);
    await cast.until(() => silent().length === 0, EXPLAIN_LIMIT_MS);
    for (const { name, pid } of silent()) tell({ event: "note", text: `${name} (process ${pid}) does not answer.` });
  }

  /** Ends every process that is still there, gently if it lets us. */
  async #clear(): Promise<void> {
    const { cast } = this.#context;
    const gone = () => cast.views.every(({ exit }) => exit !== undefined);
    for (const view of cast.alive) cast.order(view, { kind: "leave" });
    await cast.until(gone, LEAVE_LIMIT_MS);
    cast.clear();
    await cast.until(gone, KILL_LIMIT_MS);
  }
}
