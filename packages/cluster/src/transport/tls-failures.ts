import type { Clock } from "@rollcall/core";
import type { ClusterError } from "../cluster-error.js";
import type { TlsFailureExplanation } from "./tls-settings.js";

/** How many addresses are remembered. */
const CAPACITY = 64;

/** Counts who did not get through TLS, by address: bounded, whoever comes from how many. */
export class TlsFailures {
  readonly #clock: Clock;
  /** The one that failed last is the last. */
  readonly #byAddress = new Map<string, { count: number; error: ClusterError; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(address: string, error: ClusterError): void {
    const count = (this.#byAddress.get(address)?.count ?? 0) + 1;
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count, error, at: this.#clock.now() });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > CAPACITY && oldest !== undefined) this.#byAddress.delete(oldest);
  }

  explain(): TlsFailureExplanation[] {
    const now = this.#clock.now();
    const failures = [...this.#byAddress].map(([address, { count, error, at }]) => {
      const { code, message } = error;
      return { address, count, code, message, agoMs: now - at };
    });
    return failures.reverse();
  }
}
