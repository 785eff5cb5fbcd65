import type { Capability } from "./capability.js";
import type { Scene } from "./scene.js";

/** One thing that every adapter has to do. */
export interface ConformanceCase {
  /** A sentence about the adapter, unique in the suite. */
  readonly name: string;
  /** What harness and mechanism must be able to do; the case is skipped when `without` names one of them. */
  readonly needs: readonly Capability[];
  /** Resolves when the adapter does it; rejects with a message that says what to change. */
  run(scene: Scene): Promise<void>;
}

export interface ConformanceGroup {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** Collects the cases of one group; the last argument keeps a case's name, needs and body readable in this order. */
export function group(name: string, define: (it: DefineCase) => void): ConformanceGroup {
  const cases: ConformanceCase[] = [];
  define((caseName, needs, run) => cases.push({ name: caseName, needs, run }));
  return { name, cases };
}

type DefineCase = (name: string, needs: readonly Capability[], run: (scene: Scene) => Promise<void>) => void;
