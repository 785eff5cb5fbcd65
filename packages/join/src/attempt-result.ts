import type { JoinOutcome } from "./collaborators.js";
import type { AttemptResult } from "./join-event.js";

const MAX_CODE_LENGTH = 64;
const MAX_REASON_LENGTH = 300;

/** Reads what a joiner resolved with. It may be the user's own, and codes and reasons come from a stranger. */
export function readOutcome(outcome: JoinOutcome): AttemptResult {
  switch (outcome?.kind) {
    case "joined":
      if (typeof outcome.nodeId === "string" && outcome.nodeId !== "")
        return { kind: "joined", nodeId: outcome.nodeId };
      break;
    case "self":
      return { kind: "self" };
    case "rejected":
      return { kind: "rejected", code: cut(outcome.code, MAX_CODE_LENGTH), reason: cut(outcome.reason) };
  }
  return {
    kind: "failed",
    code: "INVALID_OUTCOME",
    reason: "the joiner resolved with something that is no JoinOutcome",
  };
}

/** Reads what a joiner rejected with: nobody answered. */
export function readFailure(error: unknown): AttemptResult {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return {
    kind: "failed",
    code: typeof code === "string" && code !== "" ? cut(code, MAX_CODE_LENGTH) : "NO_ANSWER",
    reason: cut(error instanceof Error ? error.message : error),
  };
}

function cut(text: unknown, length = MAX_REASON_LENGTH): string {
  const whole = String(text);
  return whole.length > length ? `${whole.slice(0, length - 1)}…` : whole;
}
