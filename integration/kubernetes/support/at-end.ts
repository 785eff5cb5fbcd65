import { afterAll } from "vitest";
import type { Cleanup } from "../../support/cleanup.ts";

/** Servers that have to be killed take 5 s each. */
const LIMIT_MS = 120_000;

/**
 * What is begun by the test that needs it first, and serves all tests of a file. Call it while tests are collected:
 * vitest does not hear of an `afterAll` that a running test calls.
 */
export function atEnd(): Cleanup {
  const acts: Parameters<Cleanup>[0][] = [];
  afterAll(async () => {
    // The last first: servers before what they use.
    for (const act of acts.reverse()) await act();
  }, LIMIT_MS);
  return (act) => acts.push(act);
}

/** Begins it when it is first asked for. */
export function once<T>(begin: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= begin();
    return begun;
  };
}
