import type { SwimDirective } from "./directive.js";
import type { ReachabilityReason } from "./member.js";
import type { SwimMessage } from "./message.js";
import { REACHABILITIES, type Status } from "./update.js";

/**
 * Keeps directives until the machine has settled, so that whoever performs them may call it again from there. They are
 * performed in order, also then.
 */
export class Outbox {
  readonly #perform: (directive: SwimDirective) => void;
  readonly #waiting: SwimDirective[] = [];
  #emptying = false;

  constructor(perform: (directive: SwimDirective) => void) {
    this.#perform = perform;
  }

  send(to: string, message: SwimMessage): void {
    this.#waiting.push({ kind: "send", to, message });
  }

  redial(id: string): void {
    this.#waiting.push({ kind: "redial", id });
  }

  renew(id: string): void {
    this.#waiting.push({ kind: "renew", id });
  }

  changed(id: string, from: Status, to: Status, because: ReachabilityReason): void {
    this.#waiting.push({ kind: "reachability", id, from: REACHABILITIES[from]!, to: REACHABILITIES[to]!, because });
  }

  /** Has everything performed. What is left when that throws is performed the next time. */
  empty(): void {
    if (this.#emptying || this.#waiting.length === 0) return;
    this.#emptying = true;
    let done = 0;
    try {
      while (done < this.#waiting.length) this.#perform(this.#waiting[done++] as SwimDirective);
    } finally {
      this.#waiting.splice(0, done);
      this.#emptying = false;
    }
  }
}
