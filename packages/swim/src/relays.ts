import { type Appointment, cancel } from "./agenda.js";
import { type Beliefs, updateOf } from "./beliefs.js";
import type { Context } from "./context.js";
import type { Member } from "./member.js";
import { KIND } from "./message.js";
import { sendPing } from "./pinging.js";
import { NO_UPDATES, STATUS, type Update } from "./update.js";

/** More requests than this at a time are answered with a nack. */
const MOST = 128;
/** A nack goes out when this part of the time has passed (Lifeguard, section IV-A). */
const NACK_AFTER = 0.8;
/** Nobody waits longer than this, whatever he writes. */
const LONGEST_MS = 60_000;

interface Relay {
  readonly requester: string;
  /** The requester's number for it. */
  readonly request: number;
  readonly member: Member;
  /** Our own number. */
  readonly sequence: number;
  /** Whether a refused connection is an answer. */
  readonly dial: boolean;
  readonly timers: readonly Appointment[];
  nacked: boolean;
}

/** Pings members on behalf of others, and tells them what came of it (SWIM, section 3.1; nacks: Lifeguard, IV-A). */
export class Relays {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #underWay = new Set<Relay>();

  constructor(context: Context, beliefs: Beliefs) {
    this.#context = context;
    this.#beliefs = beliefs;
  }

  /**
   * @param dial whether the requester was refused a connection: if we have none either, an attempt of our own is part
   *   of what is asked for
   */
  request(requester: string, request: number, target: string, withinMs: number, dial: boolean): void {
    const { counters, members, outbox, options, self, time } = this.#context;
    if (target === self.id) {
      outbox.send(requester, [KIND.indirectAck, request, target, self.incarnation, NO_UPDATES]);
      return;
    }
    const member = members.get(target);
    if (member === undefined || this.#underWay.size >= MOST) {
      if (member !== undefined) counters.refusedRequests++;
      outbox.send(requester, [KIND.nack, request, 0, NO_UPDATES]);
      return;
    }
    if (dial && member.connected === false) {
      if (member.refusedAt !== undefined && member.refusedAt > time.now - options.probeIntervalMs) {
        outbox.send(requester, [KIND.nack, request, 1, beliefAbout(member)]);
        return;
      }
      outbox.redial(target);
    }
    this.#start(requester, request, member, Math.min(withinMs, LONGEST_MS), dial);
  }

  /** The address of a member has refused us a connection. */
  refused(member: Member): void {
    for (const relay of this.#of(member)) if (relay.dial && !relay.nacked) this.#nack(relay, 1);
  }

  /** Who asks about a member because it has refused him. */
  refusedTo(member: Member): Set<string> {
    const requesters = new Set<string>();
    for (const { dial, requester } of this.#of(member)) if (dial) requesters.add(requester);
    return requesters;
  }

  /** There is a connection again, over which what was sent before may not have gone. */
  connected(member: Member): void {
    for (const relay of this.#of(member)) sendPing(this.#context, member, relay.sequence);
  }

  #start(requester: string, request: number, member: Member, withinMs: number, dial: boolean): void {
    const { agenda, exchanges, time } = this.#context;
    const sequence = exchanges.open({ member, acked: () => this.#acked(relay), nacked: () => {} });
    const timers = [
      agenda.add(time.now + NACK_AFTER * withinMs, () => this.#timedOut(relay)),
      agenda.add(time.now + withinMs, () => this.#finish(relay)),
    ];
    const relay: Relay = { requester, request, member, sequence, dial, timers, nacked: false };
    this.#underWay.add(relay);
    member.awaited++;
    sendPing(this.#context, member, sequence);
  }

  #acked(relay: Relay): void {
    const { member, request, requester } = relay;
    const updates = beliefAbout(member);
    this.#context.outbox.send(requester, [KIND.indirectAck, request, member.id, member.incarnation, updates]);
    this.#finish(relay);
  }

  #timedOut(relay: Relay): void {
    if (!relay.member.removed) this.#beliefs.silent(relay.member);
    if (!relay.nacked) this.#nack(relay, 0);
  }

  #nack(relay: Relay, refused: 0 | 1): void {
    relay.nacked = true;
    this.#context.outbox.send(relay.requester, [KIND.nack, relay.request, refused, beliefAbout(relay.member)]);
  }

  #finish(relay: Relay): void {
    this.#underWay.delete(relay);
    for (const timer of relay.timers) cancel(timer);
    this.#context.exchanges.close(relay.sequence);
    relay.member.awaited--;
  }

  *#of(member: Member): IterableIterator<Relay> {
    for (const relay of this.#underWay) if (relay.member === member) yield relay;
  }
}

/** What the requester may not have heard of the member it asks for. */
function beliefAbout(member: Member): readonly Update[] {
  return member.status === STATUS.reachable ? NO_UPDATES : [updateOf(member)];
}
