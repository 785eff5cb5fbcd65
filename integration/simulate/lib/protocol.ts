/** What a worker is told: a seed, and how its story is made. */
export interface Task {
  readonly seed: number;
  readonly nodes: readonly [least: number, most: number];
  readonly steps: number;
  /** Plays it twice, to see whether it is the same both times. */
  readonly twice: boolean;
  /** How often a story that failed is played again to shorten it. Default: as often as it takes. */
  readonly shrinkAttempts?: number;
}

/** What a worker says of a task. */
export type Report =
  | {
      readonly kind: "held";
      readonly seed: number;
      readonly about: string;
      readonly trace: string;
      readonly frames: number;
      readonly virtualMs: number;
      readonly agreedAfterMs: number | undefined;
    }
  | { readonly kind: "failed"; readonly seed: number; readonly invariant: string; readonly message: string };
