import type { Logger } from "../logger.js";
import type { DowningDecision, DowningStrategy } from "./downing-strategy.js";

/** A strategy that may be anybody's: where it fails it downs nobody, says so, and is asked again after the next change. */
export function guardedDowning(strategy: DowningStrategy, logger: Logger): DowningStrategy {
  const { name } = strategy;
  return {
    name,
    decide(view) {
      try {
        const decision = strategy.decide(view);
        if (isDecision(decision)) return decision;
        throw new TypeError("it returned no { down: [node, …], because: text }");
      } catch (error) {
        logger.error({ strategy: name, err: error }, "the downing strategy failed; nobody is downed");
        const reason = error instanceof Error ? error.message : String(error);
        return { down: [], because: `The strategy ${name} failed, so that nobody is downed: ${reason}.` };
      }
    },
  };
}

function isDecision(value: unknown): value is DowningDecision {
  const { down, reconsiderInMs, because } = (value ?? {}) as Partial<DowningDecision>;
  const isTime = reconsiderInMs === undefined || reconsiderInMs >= 0;
  return (
    isTime && typeof because === "string" && Array.isArray(down) && down.every((node) => typeof node?.id === "string")
  );
}
