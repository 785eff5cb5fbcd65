import { Agenda } from "./agenda.js";
import { Beliefs } from "./beliefs.js";
import { Checks } from "./checks.js";
import type { Context } from "./context.js";
import { countFromZero, type SwimCounters } from "./counters.js";
import type { SwimDirective } from "./directive.js";
import { Dissemination } from "./dissemination.js";
import { Exchanges } from "./exchanges.js";
import { explainContext, type SwimExplanation } from "./explanation.js";
import { GossipRounds } from "./gossip.js";
import { LocalHealth } from "./local-health.js";
import { Member } from "./member.js";
import { Members } from "./members.js";
import { KIND, type SwimMessage } from "./message.js";
import { MessageHandler } from "./message-handler.js";
import type { SwimOptionsInput } from "./options.js";
import { Outbox } from "./outbox.js";
import { Probes } from "./probes.js";
import { ProtocolTime } from "./protocol-time.js";
import { isId } from "./read-message.js";
import { Rechecks } from "./rechecks.js";
import { Refusals } from "./refusals.js";
import { Relays } from "./relays.js";
import { resolveOptions } from "./resolve-options.js";
import { SwimError } from "./swim-error.js";
import { REACHABILITIES, type Reachability } from "./update.js";

/**
 * What the transport has seen of the connection to a member. `connected`: the member itself, this incarnation, has
 * completed a handshake; to be said of every new connection, before what comes over it. `connection-lost`: there was one
 * and it is gone; the member is dialled again. `refused`: nobody listens at its address. `replaced`: another incarnation
 * does. Attempts that nobody answered are no evidence.
 */
export type Evidence = "connection-lost" | "connected" | "refused" | "replaced";

export interface SwimContext {
  /** This node's id: one incarnation of a process, never to be used again. */
  readonly selfId: string;
  /** Default: the preset `lan`. */
  readonly options?: SwimOptionsInput;
  /** Numbers from [0, 1). */
  readonly random: () => number;
  /** Milliseconds from any origin, of a clock that never goes back; all calls take times of the same clock. */
  readonly now: number;
  /**
   * Called with what is to be done, in order, once each call has settled; it may call the machine. It must not throw.
   */
  readonly perform: (directive: SwimDirective) => void;
}

/**
 * A failure detector: SWIM (Das, Gupta, Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group
 * Membership Protocol", DSN 2002) with the three parts of Lifeguard (Dadgar, Phillips, Currey, "Lifeguard: Local Health
 * Awareness for More Accurate Failure Detection", DSN-W 2018, arXiv 1707.00788). The README lists where it deviates.
 *
 * A pure state machine: members, messages, evidence and time go in, directives come out. Whoever drives it calls
 * {@link wake} at {@link nextAt}, which any call may change, and gives it what others have sent. Nothing needs to be
 * disposed. Work per second is bounded, whatever the number of members.
 */
export class Swim {
  readonly #context: Context;
  readonly #beliefs: Beliefs;
  readonly #checks: Checks;
  readonly #probes: Probes;
  readonly #messages: MessageHandler;
  readonly #refusals: Refusals;
  readonly #rechecks: Rechecks;

  /** @throws SwimError `INVALID_OPTION` or `INVALID_MEMBER` */
  constructor({ selfId, options: input = {}, random, now, perform }: SwimContext) {
    if (!isId(selfId)) throw invalidMember(selfId);
    const options = resolveOptions(input);
    const { probeTimeoutMs, stallThresholdMs } = options;
    const counters = countFromZero();
    this.#context = {
      options,
      random,
      time: new ProtocolTime(now, { stallThresholdMs, listenMs: probeTimeoutMs }),
      agenda: new Agenda(),
      health: new LocalHealth(options.maxLocalHealth),
      self: new Member(selfId),
      members: new Members(random),
      dissemination: new Dissemination(options, counters),
      exchanges: new Exchanges(),
      counters,
      outbox: new Outbox(perform),
    };
    const gossip = new GossipRounds(this.#context);
    this.#beliefs = new Beliefs(this.#context, {
      onNews: () => gossip.hasNews(),
      onSuspicionHeard: (member) => this.#checks.onSuspicionHeard(member),
      onUnreachable: (member) => {
        this.#refusals.forget(member);
        this.#rechecks.add(member);
      },
      onReachable: (member) => this.#rechecks.delete(member),
      // Without the buddy system a ping tells it nothing.
      onUnaware: (member) => options.buddy && this.#checks.check(member),
    });
    this.#checks = new Checks(this.#context, this.#beliefs);
    const relays = new Relays(this.#context, this.#beliefs);
    this.#refusals = new Refusals(this.#context, this.#beliefs, this.#checks, relays);
    this.#messages = new MessageHandler(this.#context, this.#beliefs, relays, this.#refusals);
    this.#rechecks = new Rechecks(this.#context, this.#checks);
    this.#probes = new Probes(this.#context, this.#beliefs, () => this.#rechecks.tryNext());
  }

  /** When {@link wake} wants to be called; infinity while there is nobody to watch. */
  get nextAt(): number {
    const { agenda, time } = this.#context;
    return time.onClock(agenda.nextAt);
  }

  /** How often this node is in doubt of itself: 0 is good health, `maxLocalHealth` the worst. See `LocalHealth`. */
  get localHealth(): number {
    return this.#context.health.score;
  }

  /** How others know this node; it rises with every suspicion that it refutes. */
  get incarnation(): number {
    return this.#context.self.incarnation;
  }

  get counters(): SwimCounters {
    return { ...this.#context.counters };
  }

  /** What is thought of a member; `undefined` of somebody who is none. This node itself is always reachable. */
  reachability(id: string): Reachability | undefined {
    const { members, self } = this.#context;
    const member = id === self.id ? self : members.get(id);
    return member && REACHABILITIES[member.status];
  }

  /**
   * Watches one more member, which counts as reachable. Adding one again changes nothing.
   *
   * @throws SwimError `INVALID_MEMBER`
   */
  add(id: string, now: number): void {
    const { members, self } = this.#context;
    if (!isId(id) || id === self.id) throw invalidMember(id);
    if (members.get(id) !== undefined) return;
    this.#begin(now);
    const member = new Member(id);
    members.add(member);
    this.#context.dissemination.resize(members.size + 1);
    this.#probes.add(member);
    this.#end();
  }

  /** Forgets a member. */
  remove(id: string, now: number): void {
    const { dissemination, members } = this.#context;
    const member = members.get(id);
    if (member === undefined) return;
    this.#begin(now);
    members.delete(member);
    dissemination.resize(members.size + 1);
    this.#refusals.forget(member);
    this.#rechecks.delete(member);
    this.#beliefs.forget(member);
    this.#end();
  }

  /** Takes in a message, also from somebody who is not known as a member yet. */
  receive(from: string, message: SwimMessage, now: number): void {
    this.#begin(now);
    const sender = this.#context.members.get(from);
    // After a connection was lost it may be the last thing that came over it, and says nothing of a new one.
    if (sender !== undefined) sender.connected ??= true;
    this.#messages.receive(from, sender, message);
    if (message[0] === KIND.ping) this.#probes.hurry();
    this.#end();
  }

  /** Takes in what the transport has seen. About somebody who is no member it is ignored. */
  evidence(id: string, evidence: Evidence, now: number): void {
    const member = this.#context.members.get(id);
    if (member === undefined) return;
    this.#begin(now);
    if (evidence === "connection-lost") this.#refusals.connectionLost(member);
    else if (evidence === "connected") this.#refusals.connected(member);
    else if (evidence === "refused") this.#refusals.refused(member);
    else this.#refusals.replaced(member);
    this.#end();
  }

  /** Does what is due. Harmless when nothing is. */
  wake(now: number): void {
    this.#begin(now);
    this.#end();
  }

  /** What this node thinks of whom, and why, as of the last call that took a time. */
  explain(): SwimExplanation {
    return explainContext(this.#context);
  }

  /** Time goes on; if we come much later than we wanted, that is our own fault and nobody else's. */
  #begin(now: number): void {
    const { agenda, counters, health, options, time } = this.#context;
    const stalledMs = time.goOn(now, agenda.nextAt);
    if (stalledMs === 0) return;
    counters.stalls++;
    // As much as by the probes that were to be made meanwhile, had they failed.
    health.raise(Math.round(stalledMs / options.probeIntervalMs));
  }

  #end(): void {
    const { agenda, outbox, time } = this.#context;
    agenda.runDue(time.now);
    outbox.empty();
  }
}

function invalidMember(id: unknown): SwimError {
  return new SwimError(
    "INVALID_MEMBER",
    `${JSON.stringify(id)} cannot be watched: use another node's id, 1 to 128 characters.`,
  );
}
