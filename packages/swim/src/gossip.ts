import { type Appointment, cancel } from "./agenda.js";
import type { Context } from "./context.js";
import { Credit } from "./credit.js";
import { KIND } from "./message.js";
import { STATUS } from "./update.js";

/** How many rounds can be held at once before they have to keep to the interval. */
const AT_ONCE = 4;

/**
 * Sends news apart from probes (Lifeguard's implementation does so; SWIM, section 4.1, only sends it along with them):
 * in rounds, each to a few members at random. What is new goes out in the same step in which it came, so that it spreads
 * as fast as the network lets it; repetitions follow in intervals. However much is going on, there are no more rounds
 * than one per interval, and a few once in a while.
 */
export class GossipRounds {
  readonly #context: Context;
  readonly #credit: Credit;
  #next: Appointment | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#credit = new Credit(AT_ONCE, context.options.gossipIntervalMs, context.time.now);
  }

  /** There is something new: have a round as soon as allowed. */
  hasNews(): void {
    this.#holdAt(this.#credit.nextAt(this.#context.time.now));
  }

  #holdAt(at: number): void {
    if (this.#next?.act !== undefined) {
      if (this.#next.at <= at) return;
      cancel(this.#next);
    }
    this.#next = this.#context.agenda.add(at, () => this.#hold());
  }

  #hold(): void {
    const { dissemination, members, options, outbox, time } = this.#context;
    if (this.#credit.spend(time.now)) {
      for (const member of members.draw(options.gossipFanout, STATUS.suspect)) {
        const updates = dissemination.take(options.maxUpdatesPerMessage, time.now);
        if (updates.length === 0) break;
        outbox.send(member.id, [KIND.gossip, updates]);
      }
    }
    if (dissemination.size > 0) this.#holdAt(time.now + options.gossipIntervalMs);
  }
}
