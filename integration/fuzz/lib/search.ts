import type { Counters } from "./counters.ts";
import { mutate, type Random } from "./mutate.ts";
import type { Target } from "./target.ts";

/** An input that should not be possible to misread, and was. */
export interface Finding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface SearchContext {
  readonly target: Target;
  readonly counters: Counters;
  readonly random: Random;
  /** Called with each input before it is run, so that one that never ends is known. */
  readonly before: (input: Uint8Array) => void;
}

/**
 * Looks for inputs that a target does not stand: changes inputs it has, and keeps those that made the target do something
 * new. A pure function of the random source, the target and the inputs to begin with.
 */
export class Search {
  /** The inputs each of which did something that none before it did. */
  readonly kept: Uint8Array[] = [];
  /** How many inputs came to what. */
  readonly outcomes = new Map<string, number>();
  slowestMs = 0;
  readonly #context: SearchContext;

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /** Runs what there is to begin with. */
  async begin(inputs: readonly Uint8Array[]): Promise<Finding | undefined> {
    for (const input of inputs) {
      const finding = await this.#try(input);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  /** Makes one more input, and runs it. */
  step(): Promise<Finding | undefined> {
    const { target, random } = this.#context;
    const { kept } = this;
    // Half of the time one of the newest: what was found last has been tried least.
    const from = random() < 0.5 ? Math.floor(kept.length * 0.75) : 0;
    const original = kept[from + Math.floor(random() * (kept.length - from))] as Uint8Array;
    return this.#try(mutate(original, kept, target, random));
  }

  async #try(input: Uint8Array): Promise<Finding | undefined> {
    const { target, counters, before } = this.#context;
    before(input);
    const begun = performance.now();
    try {
      // A copy: what keeps a part of it would otherwise change with what is tried next.
      const result = target.run(Buffer.from(input));
      const outcome = typeof result === "string" ? result : await result;
      const count = this.outcomes.get(outcome) ?? 0;
      this.outcomes.set(outcome, count + 1);
      if (counters.isNew() || count === 0) this.kept.push(input);
    } catch (error) {
      return { input, error };
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
    }
    return undefined;
  }
}
