import type { Beliefs } from "./beliefs.js";
import type { Context } from "./context.js";
import type { Member } from "./member.js";
import { KIND, type SwimMessage } from "./message.js";
import type { Refusals } from "./refusals.js";
import type { Relays } from "./relays.js";
import type { Update } from "./update.js";

/** Takes messages apart and answers them. */
export class MessageHandler {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #relays: Relays;
  readonly #refusals: Refusals;

  constructor(context: Context, beliefs: Beliefs, relays: Relays, refusals: Refusals) {
    this.#context = context;
    this.#beliefs = beliefs;
    this.#relays = relays;
    this.#refusals = refusals;
  }

  /** @param sender what is known of whoever sent it, if he is a member */
  receive(from: string, sender: Member | undefined, message: SwimMessage): void {
    switch (message[0]) {
      case KIND.ping: {
        const [, sequence, incarnation, believedIncarnation, believedStatus, updates] = message;
        if (sender !== undefined) this.#beliefs.hearFrom(sender, incarnation);
        this.#beliefs.hearOfSelf(believedIncarnation, believedStatus);
        this.#ack(from, sequence, this.#beliefs.hear(updates));
        break;
      }
      case KIND.ack: {
        const [, sequence, incarnation, updates] = message;
        this.#hear(from, updates);
        this.#acked(sender, incarnation, sequence, "us");
        break;
      }
      case KIND.pingRequest: {
        const [, sequence, target, withinMs, dial, updates] = message;
        this.#hear(from, updates);
        this.#relays.request(from, sequence, target, withinMs, dial === 1);
        const about = this.#context.members.get(target);
        if (dial === 1 && about !== undefined) this.#refusals.askedBy(from, about);
        break;
      }
      case KIND.indirectAck: {
        const [, sequence, target, incarnation, updates] = message;
        this.#hear(from, updates);
        this.#acked(this.#context.members.get(target), incarnation, sequence, "helper");
        break;
      }
      case KIND.nack: {
        const [, sequence, refused, updates] = message;
        this.#hear(from, updates);
        this.#nacked(from, sequence, refused === 1);
        break;
      }
      case KIND.gossip:
        this.#hear(from, message[1]);
        break;
    }
    if (sender !== undefined) this.#beliefs.noteSignOfLife(sender);
  }

  /** The ack brings what whoever pinged has wrong, and what news there is. */
  #ack(to: string, sequence: number, corrections: readonly Update[]): void {
    const { dissemination, options, outbox, self, time } = this.#context;
    const news = dissemination.take(options.maxUpdatesPerMessage - corrections.length, time.now);
    const others = corrections.filter(([id]) => !news.some(([other]) => other === id));
    const updates = others.length === 0 ? news : [...others, ...news];
    outbox.send(to, [KIND.ack, sequence, self.incarnation, updates]);
  }

  #acked(member: Member | undefined, incarnation: number, sequence: number, to: "us" | "helper"): void {
    if (member === undefined) return;
    this.#beliefs.answered(member, incarnation);
    const exchange = this.#context.exchanges.get(sequence);
    if (exchange?.member === member) exchange.acked(to);
    else this.#context.counters.lateAnswers++;
    // Not before what it has answered is over: nobody is asked twice at a time.
    this.#beliefs.noteSignOfLife(member);
  }

  #nacked(from: string, sequence: number, refused: boolean): void {
    const exchange = this.#context.exchanges.get(sequence);
    if (exchange === undefined) this.#context.counters.lateAnswers++;
    exchange?.nacked(from, refused);
  }

  /** Takes in news, and tells whoever sent it what is newer. */
  #hear(from: string, updates: readonly Update[]): void {
    if (updates.length === 0) return;
    const corrections = this.#beliefs.hear(updates);
    if (corrections.length > 0) this.#context.outbox.send(from, [KIND.gossip, corrections]);
  }
}
