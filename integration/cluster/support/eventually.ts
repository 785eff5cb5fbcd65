import { expect } from "vitest";

/** Looks again and again until the expectation holds; for what no event tells. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });
