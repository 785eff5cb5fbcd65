/** What a worker is told: a seed, and how its story is made. */
export interface Task {
  readonly seed: number;
  readonly nodes: readonly [least: number, most: number];
  readonly steps: number;
  /** Plays it twice, to see whether it is the same both times. */
  readonly twice: boolean;
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
