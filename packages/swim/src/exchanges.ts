import type { Member } from "./member.js";
import { LIMITS } from "./update.js";

/** A question that is open: a ping, or a request to others to ping somebody. */
export interface Exchange {
  /** Whom it is about. */
  readonly member: Member;
  /** It has answered: us, or somebody who tells us. */
  acked(to: "us" | "helper"): void;
  /** Somebody who was asked has not heard from it; `refused` if its address refuses connections there. */
  nacked(from: string, refused: boolean): void;
}

/** The open questions, by their numbers. Whoever opens one closes it. */
export class Exchanges {
  readonly #open = new Map<number, Exchange>();
  #last = 0;

  get size(): number {
    return this.#open.size;
  }

  open(exchange: Exchange): number {
    this.#last = this.#last >= LIMITS.number ? 1 : this.#last + 1;
    this.#open.set(this.#last, exchange);
    return this.#last;
  }

  get(sequence: number): Exchange | undefined {
    return this.#open.get(sequence);
  }

  close(sequence: number): void {
    this.#open.delete(sequence);
  }
}
