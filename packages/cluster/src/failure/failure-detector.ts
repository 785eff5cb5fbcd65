import type { Clock, Random, Timer } from "@rollcall/core";
import {
  type Evidence,
  readSwimMessage,
  SWIM_MESSAGE_KIND,
  Swim,
  type SwimDirective,
  type SwimExplanation,
  type SwimMessage,
  type SwimOptions,
} from "@rollcall/swim";
import type { Reachability } from "../membership/member.js";

/** By when most pings are answered, in milliseconds. */
const ANSWERED_MS = 3;

/**
 * For how long after the first member was watched nobody is probed, in milliseconds, unless something happens before. A
 * member that has just said hello is not missing; and a process that has just started runs everything for the first time,
 * which it had better do for forming the cluster first.
 */
const PEACE_MS = 200;

export interface FailureDetectorContext {
  readonly selfId: string;
  readonly options: SwimOptions;
  readonly clock: Clock;
  readonly random: Random;
  /** Sends what is worth nothing later: if there is no connection, one is made, and one message at most waits for it. */
  readonly send: (nodeId: string, message: SwimMessage) => void;
  /** Dials now instead of when the backoff allows. */
  readonly redial: (nodeId: string) => void;
  /** Dials a member that does not answer, in case that it is the connection that is broken and not the member. */
  readonly renew: (nodeId: string) => void;
  /** Hears of verdicts and of their end; not of suspicions. */
  readonly onReachability: (nodeId: string, reachability: Reachability) => void;
}

/**
 * Drives the failure detector, which is a state machine, by the clock: the shell around `Swim`. Makes it when there is
 * something for it to do.
 */
export class FailureDetector {
  readonly #context: FailureDetectorContext;
  #made: Swim | undefined;
  /** Who is watched, and whether it has connected: what the machine has to know when it is made. */
  readonly #early = new Map<string, boolean>();
  #peace: Timer | undefined;
  #wakeUp: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Whether somebody has been pinged since the timer was set. */
  #pinged = false;
  #stopped = false;

  constructor(context: FailureDetectorContext) {
    this.#context = context;
  }

  /** Watches a member, or no longer watches it. */
  watch(nodeId: string, watched: boolean): void {
    if (this.#stopped) return;
    if (this.#made === undefined) {
      this.#watchEarly(nodeId, watched);
      return;
    }
    const now = this.#context.clock.now();
    if (watched) this.#made.add(nodeId, now);
    else this.#made.remove(nodeId, now);
    this.#arm();
  }

  /**
   * Takes in a message as it was decoded.
   *
   * @throws Error if it is none
   */
  receive(from: string, value: unknown): void {
    const message = readSwimMessage(value);
    if (message === undefined) throw new Error("not a message of the failure detector");
    if (this.#stopped) return;
    this.#swim.receive(from, message, this.#context.clock.now());
    this.#arm();
  }

  /** Takes in what became of a connection. */
  evidence(nodeId: string, evidence: Evidence): void {
    if (this.#stopped) return;
    if (this.#made === undefined) {
      // Nor does the machine care about somebody who is no member.
      if (!this.#early.has(nodeId)) return;
      if (evidence === "connected") {
        this.#early.set(nodeId, true);
        return;
      }
    }
    this.#swim.evidence(nodeId, evidence, this.#context.clock.now());
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#peace?.cancel();
    this.#wakeUp?.cancel();
  }

  explain(): SwimExplanation {
    return this.#swim.explain();
  }

  #watchEarly(nodeId: string, watched: boolean): void {
    if (!watched) {
      this.#early.delete(nodeId);
    } else if (!this.#early.has(nodeId)) {
      this.#early.set(nodeId, false);
      this.#peace ??= this.#context.clock.schedule(PEACE_MS, () => this.#make());
    }
  }

  get #swim(): Swim {
    return this.#made ?? this.#make();
  }

  #make(): Swim {
    this.#peace?.cancel();
    const { selfId, options, clock, random } = this.#context;
    // All it has not seen yet happens now: what it would have done meanwhile, it would do late, and take that for a stall.
    const now = clock.now();
    const swim = new Swim({ selfId, options, random, now, perform: (what) => this.#perform(what) });
    this.#made = swim;
    for (const [nodeId, connected] of this.#early) {
      swim.add(nodeId, now);
      if (connected) swim.evidence(nodeId, "connected", now);
    }
    this.#early.clear();
    this.#arm();
    return swim;
  }

  #perform(directive: SwimDirective): void {
    switch (directive.kind) {
      case "send": {
        const { to, message } = directive;
        if (message[0] === SWIM_MESSAGE_KIND.ping) this.#pinged = true;
        // Whoever is unreachable is tried again and again: over a connection that may be what is broken, so over another.
        if (this.#swim.reachability(to) === "unreachable") this.#context.renew(to);
        this.#context.send(to, message);
        break;
      }
      case "redial":
        this.#context.redial(directive.id);
        break;
      case "renew":
        this.#context.renew(directive.id);
        break;
      case "reachability": {
        // A suspicion is not a verdict: nobody but the detector has to know that one began or ended.
        const { id, from, to } = directive;
        if (to !== "reachable") this.#context.renew(id);
        if (to === "unreachable") this.#context.onReachability(id, "unreachable");
        else if (from === "unreachable") this.#context.onReachability(id, "reachable");
        break;
      }
    }
  }

  #arm(): void {
    let at = this.#swim.nextAt;
    if (this.#stopped || at === this.#wakeAt) return;
    const now = this.#context.clock.now();
    if (this.#pinged) {
      // The time-out is set only once there is no answer: what is woken by a timer that was called off is all cold by
      // then, and so pays several times what it does right after the ping.
      this.#pinged = false;
      at = Math.min(at, now + ANSWERED_MS);
    }
    this.#wakeUp?.cancel();
    this.#wakeAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#wakeUp = this.#context.clock.schedule(Math.max(0, at - now), () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#swim.wake(this.#context.clock.now());
      this.#arm();
    });
  }
}
