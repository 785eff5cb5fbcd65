/** One step of the demonstration. */
export interface Step {
  /** What is to happen. Asked for when the step begins, after `act`. */
  readonly title: () => string;
  /** What brings it about, if it does not come by itself. */
  readonly act?: () => void;
  /** The step is done when all of them hold. */
  readonly goals: readonly Goal[];
}

export interface Goal {
  /** What is true once nothing is missing any more. */
  readonly text: () => string;
  /** What has not happened yet, in sentences. */
  readonly missing: () => readonly string[];
}

/** @param text may depend on who it came to be */
export function goal(text: string | (() => string), missing: () => readonly string[]): Goal {
  return { text: typeof text === "string" ? () => text : text, missing };
}
