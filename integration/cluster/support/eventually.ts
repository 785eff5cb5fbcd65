import { expect } from "vitest";
import { IN_TIME_MS } from "../../support/patience.ts";

/** Looks again and again until the expectation holds; for what no event tells. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: IN_TIME_MS });
