import type { DowningDecision, DowningStrategy } from "./downing-strategy.js";

const NOBODY: DowningDecision = Object.freeze({
  down: Object.freeze([]),
  because: "This strategy downs nobody; that is left to cluster.down.",
});

/**
 * Downs nobody. Whoever is unreachable stays a member until it is back, restarts at its address, or somebody calls
 * `cluster.down`.
 */
export function noDowning(): DowningStrategy {
  return Object.freeze({ name: "none", decide: () => NOBODY });
}
