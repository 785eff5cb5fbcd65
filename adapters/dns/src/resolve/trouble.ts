import type { DiscoveryErrorCode, Endpoint } from "@rollcall/core";
import { formatEndpoint } from "@rollcall/core";

/** Why a question has no answer. The message is a clause that names the server and says what to try. */
export class Trouble extends Error {
  readonly code: DiscoveryErrorCode;

  constructor(code: DiscoveryErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const SYSTEM_ADVICE: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: "nothing listens there: start the server, or name another one",
  EHOSTUNREACH: "there is no way to it: look at routes and firewalls",
  ENETUNREACH: "there is no way to it: look at routes and firewalls",
  EACCES: "the system does not allow it: look at the firewall",
  EPERM: "the system does not allow it: look at the firewall",
  EMFILE: "this process has too many files open: raise its limit",
});

/** What a socket said. */
export function systemTrouble(server: Endpoint, cause: Error): Trouble {
  const advice = SYSTEM_ADVICE[(cause as NodeJS.ErrnoException).code ?? ""];
  const what = `${formatEndpoint(server)} cannot be asked (${cause.message})`;
  return new Trouble("UNAVAILABLE", advice === undefined ? what : `${what}; ${advice}`, cause);
}

/** One trouble out of what went wrong with each server. */
export function combined(troubles: readonly Trouble[]): Trouble {
  const [first, ...others] = troubles;
  if (first === undefined)
    return new Trouble("MISCONFIGURED", "there is no name server to ask; give the option servers");
  if (others.length === 0) return first;
  const code = others.every((other) => other.code === first.code) ? first.code : "UNAVAILABLE";
  return new Trouble(code, troubles.map(({ message }) => message).join("; and "), troubles);
}
