import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A second Ctrl-C within this time is the first one again: npm and the shell that it runs scripts with may pass it on
 * besides the terminal. Milliseconds.
 */
const SAME_MS = 250;

/** Listens for being asked to stop: by Ctrl-C, by `kill`, or because the terminal was closed. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  #by: (typeof SIGNALS)[number] | undefined;
  #since = 0;

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#interrupt);
  }

  /** Aborts when asked to stop. Who asks once more ends the process at once. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What shells expect of a program that a signal ended: 128 and the signal's number. */
  get exitCode(): number {
    return 128 + (this.#by === undefined ? 0 : constants.signals[this.#by]);
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#interrupt);
  }

  readonly #interrupt = (name: NodeJS.Signals) => {
    const now = performance.now();
    if (this.#by === undefined) {
      this.#by = name as (typeof SIGNALS)[number];
      this.#since = now;
      this.#controller.abort();
    } else if (now - this.#since > SAME_MS) {
      process.exit(this.exitCode);
    }
  };
}
