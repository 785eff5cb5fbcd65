import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { FrameTrace } from "../frame-trace.js";
import { agreement } from "./agreement.js";
import type { Cast } from "./cast.js";
import type { Invariant, Violation } from "./invariant.js";
import { allInvariants } from "./invariants/index.js";
import { oneFormation } from "./invariants/one-formation.js";
import type { Operation } from "./operation.js";
import { Stage } from "./stage.js";
import type { Story } from "./story.js";

export interface RunOptions {
  /** How long after everything was mended all nodes have to agree at the latest, in virtual milliseconds. */
  readonly agreeWithinMs: number;
  /** Whether somebody downs by hand, once everything was mended, who is dead. */
  readonly downsTheDead: boolean;
  readonly invariants: () => readonly Invariant[];
  readonly configure: ((settings: ClusterSettings) => void) | undefined;
  readonly onStart: ((system: ClusterSystem) => void) | undefined;
}

/** What came of one run. */
export interface RunResult {
  /** The first invariant that did not hold, if any; the run ended there. */
  readonly violation: Violation | undefined;
  /** Two runs with the same are the same, frame by frame. */
  readonly trace: string;
  readonly frames: number;
  readonly virtualMs: number;
  /** How long after everything was mended all nodes agreed, in virtual milliseconds. */
  readonly agreedAfterMs: number | undefined;
}

/** Invariants are looked at this often while nothing happens, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** How often it is looked whether all agree. */
const AGREEMENT_EVERY_MS = 100;
/** Who has agreed for so long has come to agree, in milliseconds. */
const REST_MS = 5_000;
/** How much later actors may come to agree, in milliseconds. */
const CAST_WITHIN_MS = 30_000;
/** How long a shutdown may take, and what it leaves behind may stay: links that close, records that expire. */
const AFTERMATH_MS = 60_000;

/** Plays a story to its end, or to the first thing that is wrong. */
export async function runStory(
  seed: number,
  story: Story,
  operations: readonly Operation[],
  options: RunOptions,
): Promise<RunResult> {
  return await new Run(seed, story, options).play(operations);
}

/** Ends a run early. */
class Wrong extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.message);
    this.violation = violation;
  }
}

class Run {
  readonly #options: RunOptions;
  readonly #trace = new FrameTrace();
  readonly #stage: Stage;
  readonly #invariants: readonly Invariant[];
  readonly #hasActors: boolean;
  #cast: Cast | undefined;
  #violation: Violation | undefined;
  #agreedAfterMs: number | undefined;

  constructor(seed: number, story: Story, options: RunOptions) {
    this.#options = options;
    this.#hasActors = story.hasActors;
    this.#invariants = [...allInvariants(), ...(story.isFirstStart ? [oneFormation()] : []), ...options.invariants()];
    this.#stage = new Stage({
      seed,
      size: story.size,
      trace: this.#trace,
      configure: (settings) => {
        story.configure(settings);
        options.configure?.(settings);
      },
      onStart: (system) => {
        void this.#observe(system);
        this.#cast?.join(system);
        options.onStart?.(system);
      },
    });
  }

  async play(operations: readonly Operation[]): Promise<RunResult> {
    const { clock } = this.#stage.cluster;
    try {
      if (this.#hasActors) this.#cast = await this.#gather();
      await this.#stage.open();
      for (const operation of operations) {
        await this.#stage.perform(operation);
        await this.#pass(operation.thenMs);
      }
      this.#stage.mend();
      await this.#agree();
      await this.#recast();
      await this.#end();
    } catch (error) {
      if (!(error instanceof Wrong)) this.#note("nothing throws", String((error as Error)?.stack ?? error));
    }
    return {
      violation: this.#violation,
      trace: this.#trace.digest,
      frames: this.#trace.frames,
      virtualMs: clock.now(),
      agreedAfterMs: this.#agreedAfterMs,
    };
  }

  /** Lets time pass and looks at the invariants now and then. */
  async #pass(ms: number): Promise<void> {
    for (let left = ms; ; left -= LOOK_EVERY_MS) {
      await this.#stage.cluster.clock.advance(Math.min(left, LOOK_EVERY_MS));
      this.#check();
      if (left <= LOOK_EVERY_MS) return;
    }
  }

  async #agree(): Promise<void> {
    const stage = this.#stage;
    const { clock } = stage.cluster;
    await this.#pass(stage.pausedForMs);
    const mendedAt = clock.now();
    let agreedAt: number | undefined;
    while (agreedAt === undefined || clock.now() - agreedAt < REST_MS) {
      await this.#pass(AGREEMENT_EVERY_MS);
      const dissent = agreement(stage.running, stage.enough);
      if (dissent === undefined) {
        agreedAt ??= clock.now();
        continue;
      }
      // Few who are left may be content for now, and then give themselves up for want of the others.
      agreedAt = undefined;
      if (clock.now() - mendedAt >= this.#options.agreeWithinMs) {
        this.#fail("all agree in time", `${this.#options.agreeWithinMs} ms after everything was mended, ${dissent}`);
      }
      if (this.#options.downsTheDead) stage.downTheDead();
    }
    this.#agreedAfterMs = agreedAt - mendedAt;
    stage.atRest = true;
    this.#check();
  }

  async #gather(): Promise<Cast> {
    const { Cast } = await import("./cast.js");
    return new Cast((system) => this.#stage.cluster.isRunning(system));
  }

  /** Lets time pass until actors agree as well. */
  async #recast(): Promise<void> {
    const cast = this.#cast;
    if (cast === undefined) return;
    const { running } = this.#stage;
    const isOver = () => cast.dissent(running) === undefined && cast.castingTrouble(running) === undefined;
    for (let waited = 0; waited < CAST_WITHIN_MS && !isOver(); waited += AGREEMENT_EVERY_MS) {
      await this.#pass(AGREEMENT_EVERY_MS);
    }
    const dissent = cast.dissent(running);
    if (dissent !== undefined) this.#fail("receptionists agree when nodes do", dissent);
    const trouble = cast.castingTrouble(running);
    if (trouble !== undefined) this.#fail("there is a singleton where there is a leader", trouble);
  }

  async #end(): Promise<void> {
    const { cluster, faults } = this.#stage;
    const { clock, network } = cluster;
    for (const system of cluster.running) faults.blame(system, "was shut down");
    const ended = Promise.all(cluster.running.map((system) => system.shutdown())).then(() => true);
    await clock.advance(AFTERMATH_MS);
    if (!(await Promise.race([ended, false]))) this.#fail("everything is given back", "a shutdown did not end");
    const { connections } = network;
    const timers = cluster.systems.reduce((sum, system) => sum + cluster.timersOf(system), 0);
    if (timers > 0 || connections > 0) {
      const left = `${timers} of their calls are still scheduled and ${connections} connections left`;
      this.#fail("everything is given back", `${AFTERMATH_MS} ms after all were shut down, ${left}`);
    }
  }

  async #observe(system: ClusterSystem): Promise<void> {
    for await (const event of system.cluster.events) {
      for (const { name, onEvent } of this.#invariants) {
        const message = onEvent?.(event, system, this.#stage);
        if (message !== undefined) this.#note(name, message);
      }
    }
  }

  #check(): void {
    for (const { name, check } of this.#invariants) {
      const message = check?.(this.#stage);
      if (message !== undefined) this.#note(name, message);
    }
    if (this.#cast?.wrong !== undefined) this.#note("there is one singleton among members", this.#cast.wrong);
    if (this.#violation !== undefined) throw new Wrong(this.#violation);
  }

  #fail(invariant: string, message: string): never {
    throw new Wrong(this.#note(invariant, message));
  }

  #note(invariant: string, message: string): Violation {
    this.#violation ??= { invariant, message, atMs: this.#stage.cluster.clock.now() };
    return this.#violation;
  }
}
