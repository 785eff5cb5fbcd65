import { type DiscoveryError, failure } from "./discovery-error.js";

/** One error for several sources that all failed: the first one's code, retryable if one of them is. */
export function allFailed(name: string, errors: readonly DiscoveryError[]): DiscoveryError {
  const details = { retryable: errors.some(({ retryable }) => retryable), cause: errors };
  const messages = errors.map(({ message }) => message).join(" | ");
  return failure(name, errors[0]?.code ?? "UNAVAILABLE", `no source works: ${messages}`, details);
}
