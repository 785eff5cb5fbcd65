import { combine, digestKey, EMPTY_DIGEST, hashText } from "../../membership/digest.js";

/** What an instance has left for the next one. */
export interface Legacy {
  /** How many instances there had been. */
  readonly generation: number;
  readonly value: unknown;
}

/** What nodes say to each other about one singleton; `generation`: how many instances there have been, at least. */
export type SingletonMessage =
  /** "I am to host it, if you do not." `active`: "I host it already." `view`: of whom the claimant knows. */
  | {
      readonly kind: "claim";
      readonly claim: number;
      readonly generation: number;
      readonly active: boolean;
      readonly view: string;
    }
  /** "I do not", in answer to that claim; with what the last instance has left, if it was here. */
  | {
      readonly kind: "grant";
      readonly claim: number;
      readonly generation: number;
      readonly legacy: Legacy | undefined;
    };

/**
 * `idle`: no instance here, and none wanted. `claiming`: this node is to host it, and asks whether others do.
 * `starting`, `active`, `stopping`: there is an instance here.
 */
export type SingletonPhase = "idle" | "claiming" | "starting" | "active" | "stopping";

export interface SingletonMachineContext {
  readonly selfId: string;
  /** Whether another node comes before this one, when both host it or want to. */
  readonly precedes: (nodeId: string) => boolean;
  readonly send: (to: string, message: SingletonMessage) => void;
  /** Makes an instance; {@link SingletonMachine.started} or {@link SingletonMachine.stopped} follows. */
  readonly start: (legacy: Legacy | undefined) => void;
  /** Ends the instance; {@link SingletonMachine.stopped} follows. */
  readonly stop: () => void;
  /** How long to wait before asking again, in milliseconds. */
  readonly retryMs: number;
  /** How long to wait before another instance is made after one that stopped by itself, in milliseconds. */
  readonly restartMs: number;
}

/**
 * Which node has the instance of a singleton, as far as one node decides it.
 *
 * Whoever is chosen to host it does so once every other member has said that it does not: whoever does says so only after
 * its instance has ended, and only to a claimant that knows of the same members: when two clusters meet, one that is
 * known in both would otherwise say so to a claimant of each. Members that cannot be reached are waited for until they are
 * downed. So of two nodes that are members to each other never both host it, whatever they think of who leads. Of two that
 * want to at the same time the one with the lower address goes first; and if two clusters meet that each have an instance,
 * that of the higher address ends.
 *
 * Differs from Swift's cluster singleton, where the new leader does not wait for the old one, and from Akka's, where the
 * oldest node hosts it and hands over by a protocol between two: asking everybody needs no agreement on who came before.
 */
export class SingletonMachine {
  readonly #context: SingletonMachineContext;
  #phase: SingletonPhase = "idle";
  #chosen: string | undefined;
  #others: ReadonlySet<string> = new Set();
  /** The number of the claim under way, or of the one that led to the instance. */
  #claim = 0;
  readonly #granted = new Set<string>();
  /** Who was sent the claim, and need not be sent it before it is time to do so again. */
  readonly #asked = new Set<string>();
  /** Claims of others, not answered yet. */
  readonly #pending = new Map<string, { readonly claim: number; readonly view: string }>();
  /** Of all members that have not been downed: the same for nodes that know of the same ones. */
  #view = "";
  #legacy: Legacy | undefined;
  /** Whom the legacy was given, in case the grant is lost. */
  #given: { readonly to: string; readonly legacy: Legacy } | undefined;
  #generation = 0;
  #notBefore = 0;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(context: SingletonMachineContext) {
    this.#context = context;
  }

  get phase(): SingletonPhase {
    return this.#phase;
  }

  /** When {@link wake} has to be called. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Members that have not said yet that they do not host it. */
  get missing(): readonly string[] {
    return [...this.#others].filter((nodeId) => !this.#granted.has(nodeId));
  }

  /** Whether what the last instance left is still here. */
  get hasLegacy(): boolean {
    return this.#legacy !== undefined;
  }

  /**
   * Who is there, or who is chosen, may have changed.
   *
   * @param chosen the id of the node that is to have the instance
   * @param others all other members that have not been downed
   */
  review(chosen: string | undefined, others: ReadonlySet<string>, now: number): void {
    this.#chosen = chosen;
    this.#others = others;
    for (const nodeId of this.#granted) if (!others.has(nodeId)) this.#granted.delete(nodeId);
    for (const nodeId of this.#asked) if (!others.has(nodeId)) this.#asked.delete(nodeId);
    for (const nodeId of this.#pending.keys()) if (!others.has(nodeId)) this.#pending.delete(nodeId);
    if (this.#given !== undefined && !others.has(this.#given.to)) this.#given = undefined;
    const view = viewOf(this.#context.selfId, others);
    // Whoever waits for us to know of the same members has to hear that we do.
    if (view !== this.#view) this.#asked.clear();
    this.#view = view;
    this.#proceed(now);
    if (this.#phase === "idle") this.#grantPending();
  }

  receive(from: string, message: SingletonMessage, now: number): void {
    this.#generation = Math.max(this.#generation, message.generation);
    if (message.kind === "claim") this.#claimed(from, message, now);
    else this.#grantedBy(from, message.claim, message.legacy, now);
  }

  /** The instance takes in calls. */
  started(now: number): void {
    if (this.#phase !== "starting") return;
    this.#phase = "active";
    this.#proceed(now);
  }

  /** The instance is no more, or could not be started. */
  stopped(value: unknown, now: number): void {
    if (this.#phase !== "stopping") this.#notBefore = now + this.#context.restartMs;
    if (value !== undefined) this.#legacy = { generation: this.#generation, value };
    this.#phase = "idle";
    this.#grantPending();
    this.#proceed(now);
  }

  wake(now: number): void {
    if (now < this.#nextAt) return;
    this.#nextAt = Number.POSITIVE_INFINITY;
    this.#asked.clear();
    this.#proceed(now);
  }

  #proceed(now: number): void {
    const { start, stop } = this.#context;
    if (this.#chosen !== this.#context.selfId) {
      if (this.#phase === "claiming") this.#abandon();
      else if (this.#phase === "active") {
        this.#phase = "stopping";
        stop();
      }
      return;
    }
    if (this.#phase === "idle") {
      if (now < this.#notBefore) {
        this.#wakeAt(this.#notBefore);
        return;
      }
      this.#phase = "claiming";
      this.#claim++;
      this.#granted.clear();
      this.#asked.clear();
    }
    if (this.#phase === "claiming" && this.missing.length === 0) {
      // What is left of an instance that was not the last one is out of date.
      const legacy = this.#legacy?.generation === this.#generation ? this.#legacy : undefined;
      this.#legacy = undefined;
      this.#given = undefined;
      this.#generation++;
      this.#phase = "starting";
      start(legacy);
    }
    // Whoever has come since there is an instance here may have one as well: two clusters have met.
    if (this.#phase === "claiming" || this.#phase === "active") this.#ask(now);
  }

  #ask(now: number): void {
    const active = this.#phase === "active";
    for (const nodeId of this.missing) {
      this.#wakeAt(now + this.#context.retryMs);
      if (this.#asked.has(nodeId)) continue;
      this.#asked.add(nodeId);
      const [claim, generation, view] = [this.#claim, this.#generation, this.#view];
      this.#context.send(nodeId, { kind: "claim", claim, generation, active, view });
    }
  }

  #claimed(from: string, message: Extract<SingletonMessage, { kind: "claim" }>, now: number): void {
    const { active, claim, view } = message;
    const comesFirst = this.#context.precedes(from);
    this.#pending.set(from, { claim, view });
    switch (this.#phase) {
      case "idle":
        this.#grantPending();
        return;
      case "claiming":
        if (!active && !comesFirst) return;
        this.#notBefore = now + this.#context.retryMs;
        this.#abandon();
        this.#proceed(now);
        return;
      case "active":
        if (!active || !comesFirst) return;
        this.#notBefore = now + this.#context.retryMs;
        this.#phase = "stopping";
        this.#context.stop();
        return;
      case "starting":
      case "stopping":
        return;
    }
  }

  #grantedBy(from: string, claim: number, legacy: Legacy | undefined, now: number): void {
    // It was handed over, and is nowhere else: it counts whatever has become of the claim.
    const isBusy = this.#phase !== "idle" && this.#phase !== "claiming";
    if (legacy !== undefined && !isBusy && legacy.generation === this.#generation) this.#legacy = legacy;
    if (claim !== this.#claim || !this.#others.has(from)) return;
    this.#granted.add(from);
    this.#proceed(now);
  }

  #abandon(): void {
    this.#phase = "idle";
    // What is granted to a claim that was given up must not count for another one.
    this.#claim++;
    this.#granted.clear();
    this.#grantPending();
  }

  #grantPending(): void {
    for (const [nodeId, { claim, view }] of this.#pending) {
      if (view !== this.#view) continue;
      this.#pending.delete(nodeId);
      this.#grant(nodeId, claim);
    }
  }

  #grant(to: string, claim: number): void {
    // Whoever else asks may have given up meanwhile.
    if (this.#legacy !== undefined && to === this.#chosen) {
      this.#given = { to, legacy: this.#legacy };
      this.#legacy = undefined;
    }
    const legacy = this.#given?.to === to ? this.#given.legacy : undefined;
    this.#context.send(to, { kind: "grant", claim, generation: this.#generation, legacy });
  }

  #wakeAt(at: number): void {
    this.#nextAt = Math.min(this.#nextAt, at);
  }
}

function viewOf(selfId: string, others: ReadonlySet<string>): string {
  let whole = combine(EMPTY_DIGEST, hashText(selfId));
  for (const nodeId of others) whole = combine(whole, hashText(nodeId));
  return digestKey(whole);
}
