import { DiscoveryError, type SessionRequest } from "@rollcall/core";
import type { Problem } from "./resolve/listing.js";

type Report = SessionRequest["report"];

/** Tells each listener of a problem once, and not again at every poll for as long as it lasts. */
export class Problems {
  readonly #told = new WeakMap<Report, ReadonlySet<string>>();
  readonly #adapter: string;

  constructor(adapter: string) {
    this.#adapter = adapter;
  }

  /** @param problems all that there are now */
  tell(report: Report, problems: readonly Problem[]): void {
    const told = this.#told.get(report);
    for (const { code, message } of problems) {
      if (told?.has(message)) continue;
      report(new DiscoveryError(code, `${this.#adapter}: ${message}.`, { adapter: this.#adapter }));
    }
    this.#told.set(report, new Set(problems.map(({ message }) => message)));
  }
}
